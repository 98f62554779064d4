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
from statistics import median
from typing import TYPE_CHECKING, TextIO

from pytest_asyncgrade.virtualtime import VirtualTimeLoop, virtual_time
from pytest_asyncgrade.worker.places import Places
from pytest_asyncgrade.worker.recorder import Recorder
from pytest_asyncgrade.worker.session import Report
from pytest_asyncgrade.worker.stdio import text_stream
from pytest_asyncgrade.worker.streams import Limit, Lines

from .__main__ import _measure as measure
from .programs import RECORDED

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine, Iterator

    Program = Callable[[], Coroutine[None, None, None]]

AIM = 1.5
_DRAIN = "import sys\nwhile sys.stdin.buffer.read1(1 << 20): pass"


def bare(program: Program) -> None:
    """Run a program in virtual time, without a record of it; its lines go down a pipe, each at once."""
    with _drained_pipe() as fd, _line_by_line(fd) as out, virtual_time(), redirect_stdout(out):
        _run(program)


def recorded(program: Program) -> None:
    """Run a program as the student's process does, recorded, each record signed and sent."""
    with _drained_pipe() as records:
        report = Report(records, bytes(32))
        recorder = Recorder(report.write, Places(f"{os.path.dirname(__file__)}{os.sep}", "program.py"))  # noqa: PTH120
        lines = Lines(recorder.line, "stdout", Limit(float("inf"), float("inf"), lambda: None))
        with virtual_time(recorder.clock), redirect_stdout(text_stream(lines.add, 1)):
            recorder.begin()
            _run(program)
        report.flush()


def _line_by_line(fd: int) -> TextIO:
    return os.fdopen(os.dup(fd), "w", buffering=1, encoding="utf-8")


def _run(program: Program) -> None:
    with asyncio.Runner(loop_factory=VirtualTimeLoop) as runner:
        runner.run(program())


@contextmanager
def _drained_pipe() -> Iterator[int]:
    reader, writer = os.pipe()
    with subprocess.Popen([sys.executable, "-c", _DRAIN], stdin=reader):  # noqa: S603  # our own interpreter
        os.close(reader)
        yield writer
        os.close(writer)


def main() -> int:
    """Print the table; 1 if an aim is missed."""
    parser = argparse.ArgumentParser(prog="benchmarks.recording")
    parser.add_argument("--repeats", type=int, default=5)
    parser.add_argument("rows", nargs="*", help="measure only the rows whose name contains one of these")
    options = parser.parse_args()
    missed = False
    print(f"{'work':<40}{'bare (s)':>10}{'recorded':>10}")
    for name, program in RECORDED.items():
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
