"""Every limit of a run ends in an outcome, in the student's words; an exercise may set its own."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING, Any

import pytest

from pytest_asyncgrade.errors import UsageError
from pytest_asyncgrade.sandbox import Limits
from pytest_asyncgrade.trace import Outcome
from tests.conftest import every_launcher

if TYPE_CHECKING:
    from collections.abc import Callable

    from pytest_asyncgrade.trace import Trace

    Run = Callable[..., Trace]

linux = pytest.mark.skipif(sys.platform != "linux", reason="other systems do not enforce it")


@every_launcher
def test_computing_for_too_long_is_ended_and_its_line_named(run: Run) -> None:
    trace = run("print('begin')\nwhile True:\n    pass", limits={"cpu_seconds": 1})
    assert trace.outcome is Outcome.TIMED_OUT
    assert trace.reason in {
        "the program was still computing after 1 s of it, at line 2: while True:",
        "the program was still computing after 1 s of it, at line 3: pass",
    }
    assert trace.partial.output == ["begin"]


@every_launcher
@linux
def test_too_much_memory_is_an_error_on_the_students_line(run: Run) -> None:
    trace = run("hoard = []\nwhile True:\n    hoard.append(bytearray(10_000_000))", limits={"memory": 400_000_000})
    assert trace.outcome is Outcome.CRASHED
    assert trace.reason == "line 3: MemoryError (the program may use 400 MB of memory)"


@linux
@pytest.mark.skipif(
    sys.version_info >= (3, 13) and "COVERAGE_PROCESS_START" in os.environ,
    reason="Python 3.13 crashes in the tracer of coverage when memory runs out",
)
def test_small_pieces_of_too_much_memory_are_told_too(run: Run) -> None:
    trace = run("hoard = []\nwhile True:\n    hoard.append([1])", limits={"memory": 300_000_000})
    assert trace.outcome is Outcome.CRASHED
    assert trace.reason.endswith("MemoryError (the program may use 300 MB of memory)")  # Python may have lost the line


@every_launcher
@linux
def test_too_large_a_file_is_an_error_on_the_students_line(run: Run) -> None:
    source = "with open('big', 'wb') as file:\n    while True:\n        file.write(bytes(400_000))"
    trace = run(source, limits={"file_size": 1_000_000})
    assert trace.outcome is Outcome.CRASHED
    assert trace.reason == "line 3: OSError: [Errno 27] File too large (the program may write 1 MB to a file)"


@every_launcher
@linux
def test_too_many_open_files_are_an_error_on_the_students_line(run: Run) -> None:
    trace = run("files = []\nwhile True:\n    files.append(open(__file__))", limits={"open_files": 50})
    assert trace.outcome is Outcome.CRASHED
    assert trace.reason.startswith("line 3: OSError: [Errno 24] Too many open files")
    assert trace.reason.endswith(" (the program may have 50 files open)")


@linux
def test_too_many_threads_are_an_error_on_the_students_line(run: Run) -> None:
    source = """
        import threading
        stop = threading.Event()
        try:
            while True:
                threading.Thread(target=stop.wait, daemon=True).start()
        finally:
            stop.set()
        """
    trace = run(source, limits={"processes": 20})
    assert trace.outcome is Outcome.CRASHED
    assert trace.reason == (
        "line 6: RuntimeError: can't start new thread (the program may have 20 processes and threads)"
    )


@linux
def test_too_many_processes_are_an_error_on_the_students_line(run: Run) -> None:
    source = "import subprocess\nall = []\nwhile True:\n    all.append(subprocess.Popen(['sleep', '60']))"
    trace = run(source, limits={"processes": 20})
    assert trace.outcome is Outcome.CRASHED
    assert trace.reason == (
        "line 4: BlockingIOError: [Errno 11] Resource temporarily unavailable "
        "(the program may have 20 processes and threads)"
    )


def test_more_than_can_be_recorded_ends_the_run(run: Run) -> None:
    source = """
        import asyncio
        async def nothing(): pass
        async def main():
            await asyncio.gather(*(nothing() for _ in range(1000)))
        asyncio.run(main())
        """
    trace = run(source, limits={"records": 500})
    assert trace.outcome is Outcome.FLOODED
    assert trace.reason == "more than 500 lines, tasks and waits were recorded of the program, and it was stopped"
    assert len(trace.partial.tasks) == 500


@pytest.mark.parametrize(
    ("limits", "reason"),
    [
        ({"output_lines": 100}, "the program printed more than 100 lines or 1000000 characters and was stopped"),
        ({"output_characters": 200}, "the program printed more than 10000 lines or 200 characters and was stopped"),
    ],
)
def test_more_than_may_be_printed_ends_the_run(run: Run, limits: dict[str, int], reason: str) -> None:
    trace = run("while True: print('x')", limits=limits)
    assert (trace.outcome, trace.reason) == (Outcome.FLOODED, reason)
    assert len(trace.partial.output) == 100


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"ram": 1}, "here: 'ram' is not known here; there are wall_seconds, "),
        ({"memory": "1 GB"}, "here: memory = '1 GB': give a whole number above 0"),
        ({"memory": 1.5}, "here: memory = 1.5: give a whole number above 0"),
        ({"open_files": 0}, "here: open_files = 0: give a whole number above 0"),
        ({"wall_seconds": float("nan")}, "here: wall_seconds = nan: give a number above 0"),
        ({"processes": True}, "here: processes = True: give a whole number above 0"),
    ],
)
def test_a_limit_that_cannot_be_is_refused(given: dict[str, Any], message: str) -> None:
    with pytest.raises(UsageError) as caught:
        Limits.parse(given, "here")
    assert str(caught.value).startswith(message)


def test_limits_that_are_given_replace_the_usual_ones() -> None:
    assert Limits.parse({"wall_seconds": 2.5, "processes": 5}, "here") == Limits(wall_seconds=2.5, processes=5)
