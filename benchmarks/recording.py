"""What it costs to record a run: ``python -m benchmarks.recording``.

CPU time of the recording process as a multiple of the bare virtual loop doing the same, taken in turns, as medians.
The records go down a pipe to another process, as they do when a submission is graded.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import subprocess
import sys
from contextlib import contextmanager, redirect_stdout
from functools import partial
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING, TextIO

from pytest_asyncgrade.virtualtime import VirtualTimeLoop, virtual_time
from pytest_asyncgrade.worker.channel import Channel
from pytest_asyncgrade.worker.recorder import Recorder
from pytest_asyncgrade.worker.source_locations import SourceFiles
from pytest_asyncgrade.worker.stdio import text_stream
from pytest_asyncgrade.worker.streams import Lines, OutputLimit

from .__main__ import _measure as measure
from .programs import RECORDED

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine, Iterator
    from types import CodeType

AIM = 1.5
_SOLUTIONS = Path(__file__).parent.parent / "graders"
_ROUNDS = 50
"""How often each solution is run, so that little is measured but the program."""
_DRAIN = "import sys\nwhile sys.stdin.buffer.read1(1 << 20): pass"


def bare(program: Callable[[], None]) -> None:
    """Run a program in virtual time, without a record of it; its lines go down a pipe, each at once."""
    with _drained_pipe() as fd, _line_by_line(fd) as out, virtual_time(), redirect_stdout(out):
        program()


def recorded(program: Callable[[], None]) -> None:
    """Run a program as the student's process does, recorded, each record signed and sent."""
    with _drained_pipe() as records:
        channel = Channel(records, bytes(32))
        recorder = Recorder(channel.write, SourceFiles(f"{os.path.dirname(__file__)}{os.sep}", "program.py"))  # noqa: PTH120
        lines = Lines(recorder.line, "stdout", OutputLimit(float("inf"), float("inf"), lambda: None))
        with virtual_time(recorder.clock), redirect_stdout(text_stream(lines.add, 1)):
            recorder.begin()
            program()
        channel.flush()


def _line_by_line(fd: int) -> TextIO:
    return os.fdopen(os.dup(fd), "w", buffering=1, encoding="utf-8")


def _run(program: Callable[[], Coroutine[None, None, None]]) -> None:
    with asyncio.Runner(loop_factory=VirtualTimeLoop) as runner:
        runner.run(program())


@contextmanager
def _drained_pipe() -> Iterator[int]:
    reader, writer = os.pipe()
    with subprocess.Popen([sys.executable, "-c", _DRAIN], stdin=reader):  # noqa: S603  # our own interpreter
        os.close(reader)
        try:
            yield writer
        finally:
            os.close(writer)


def _scripts(codes: list[CodeType]) -> None:
    for code in codes:
        for _ in range(_ROUNDS):
            exec(code, {"__name__": "__main__", "__file__": "program.py"})  # noqa: S102  # our own solutions


def _rows() -> Iterator[tuple[str, Callable[[], None]]]:
    """Yield names and programs: those made to be measured, then what recording is for."""
    for name, program in RECORDED.items():
        yield name, partial(_run, program)
    codes = [compile(path.read_bytes(), "program.py", "exec") for path in sorted(_SOLUTIONS.glob("*/solution.py"))]
    yield f"{len(codes)} solutions, {_ROUNDS} runs each", partial(_scripts, codes)


def main() -> int:
    """Print the table; 1 if an aim is missed."""
    parser = argparse.ArgumentParser(prog="benchmarks.recording")
    parser.add_argument("--repeats", type=int, default=5)
    parser.add_argument("rows", nargs="*", help="measure only the rows whose name contains one of these")
    options = parser.parse_args()
    missed = False
    print(f"{'work':<40}{'bare (s)':>10}{'recorded':>10}")
    for name, program in _rows():
        if options.rows and not any(word in name for word in options.rows):
            continue
        seconds: dict[str, list[float]] = {"bare": [], "recorded": []}
        for _ in range(options.repeats):
            seconds["bare"].append(measure(lambda p=program: bare(p), 0))
            seconds["recorded"].append(measure(lambda p=program: recorded(p), 0))
        unit = median(seconds["bare"])
        ratio = median(seconds["recorded"]) / unit
        missed = missed or ratio > AIM
        print(f"{name:<40}{unit:>10.3f}{ratio:>10.2f}", flush=True)
    return int(missed)


if __name__ == "__main__":
    sys.exit(main())
