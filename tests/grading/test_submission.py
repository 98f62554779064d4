"""What a submission does when a check asks for runs, and when time is short."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pytest_asyncgrade.grading import Deadline, Exercise, HandedIn, Submission
from pytest_asyncgrade.trace import Outcome

if TYPE_CHECKING:
    from pathlib import Path


def submission(folder: Path, seconds: float, code: str = "print(1)\n") -> Submission:
    script = folder / "naps.py"
    script.write_text(code, encoding="utf-8")
    exercise = Exercise.of_grader(folder / "graders" / "naps")
    handed_in = HandedIn.file(script, exercise.filename)
    return Submission(exercise, handed_in, student="", timeout=lambda: None, deadline=Deadline(seconds))


def test_after_the_deadline_no_run_begins_and_the_reason_says_so(tmp_path: Path) -> None:
    trace = submission(tmp_path, 1e-9).run()
    assert trace.outcome is Outcome.TIMED_OUT
    assert trace.reason == "the time limit for the whole grading (1e-09 s) is reached"
    assert trace.asked == "python naps.py"


def test_before_the_deadline_a_run_is_a_run(tmp_path: Path) -> None:
    assert submission(tmp_path, 600).run().outcome is Outcome.FINISHED


def test_whoever_observes_sees_the_runs_asked_for_meanwhile_each_once(tmp_path: Path) -> None:
    work = submission(tmp_path, 600)
    first = work.run()
    with work.observing() as outer:
        second = work.run("2")
        with work.observing() as inner:
            assert work.run() is first
            work.run()
        work.run("3")
    work.run("4")
    assert [run.trace.asked for run in inner.values()] == ["python naps.py"]
    assert [run.trace.asked for run in outer.values()] == ["python naps.py 2", "python naps.py", "python naps.py 3"]
    assert next(iter(outer.values())).trace is second


def test_runs_that_only_prepare_others_are_not_observed(tmp_path: Path) -> None:
    work = submission(tmp_path, 600)
    with work.observing() as runs:
        varied = work.run(vary_sleeps=True)
    assert [run.trace for run in runs.values()] == [varied]


BUSY = """
import subprocess, sys
def spin(how_often):
    while True:
        pass
def doze():
    subprocess.run([sys.executable, "-c", "import time; time.sleep(2.2)"])
    print("awake")
"""


def test_an_endless_loop_costs_one_limit_and_not_one_for_each_check(tmp_path: Path) -> None:
    work = submission(tmp_path, 600, BUSY)
    first = work.call("spin", 1, timeout=1)
    later = [work.call("spin", number, timeout=1) for number in range(2, 5)]
    assert first.reason.startswith("the program was still running after 1 s, at line ")
    assert all(trace.reason.startswith("the program was still running after 0.2 s, at line ") for trace in later)
    assert all(trace.reason.endswith(" (less time than before, when it did not stop computing)") for trace in later)
    assert work.call("spin", 1, timeout=1) is first


def test_a_run_that_does_not_compute_keeps_its_limit(tmp_path: Path) -> None:
    work = submission(tmp_path, 600, BUSY)
    assert work.call("spin", 1, timeout=1).outcome is Outcome.TIMED_OUT
    assert work.call("doze", timeout=10).output == ["awake"]
