from __future__ import annotations

import pytest

from pytest_asyncgrade.errors import AsyncgradeError
from pytest_asyncgrade.grading import Run, TraceFile
from pytest_asyncgrade.sandbox import Job, SubmissionFiles, run_isolated
from pytest_asyncgrade.trace import Finding, Place, Trace
from pytest_asyncgrade.trace.trace import Varied

PROGRAM = b"""\
import asyncio, time

async def main():
    time.sleep(2)
    print("\\ud800 slept")

asyncio.run(main())
"""


@pytest.fixture(scope="module")
def trace() -> Trace:
    return run_isolated(Job(SubmissionFiles("naps.py", {"naps.py": PROGRAM}), vary={2.0: 2.0}))


def test_a_run_travels_as_ascii_and_comes_back_equal(trace: Trace) -> None:
    packed = Run(trace, "nap").pack()
    assert packed.isascii()
    assert Run.unpack(packed, None).trace == trace


def test_a_stored_trace_comes_back_equal(trace: Trace) -> None:
    file = TraceFile()
    runs = [Run(trace), Run.unpack(Run(trace).pack(), file)]
    runs[0].store(file)
    runs[0].store(file)
    assert [run.trace for run in runs] == [trace, trace]
    assert runs[0].trace is runs[0].trace
    file.close()


def test_a_stored_trace_that_somebody_has_changed_is_refused(trace: Trace) -> None:
    file = TraceFile()
    run = Run(trace)
    run.store(file)
    assert file._file is not None
    file._file.seek(10)
    file._file.write(b"!")
    with pytest.raises(
        AsyncgradeError, match=r"^the file of traces was changed by another process: this is no grade, grade again$"
    ):
        _ = run.trace
    file.close()


def test_the_findings_of_a_run_are_looked_for_once(trace: Trace, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[object] = []

    def diagnose(run: object, _ignored: object) -> list[Finding]:
        asked.append(run)
        return [Finding("blocked_loop", "it blocks", "await", Place("naps.py", 4, "main"))]

    monkeypatch.setattr("pytest_asyncgrade.trace.trace.diagnose", diagnose)
    run = Run(trace)
    assert [finding.message for _ in range(3) for finding in run.findings] == []
    plain = Run.unpack(run.pack(), None)
    assert run.trace.varied == plain.trace.varied == Varied({2.0: 2.0})
    assert asked == []
