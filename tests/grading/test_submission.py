"""What a submission does when the grading as a whole has to end."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pytest_asyncgrade.grading import Deadline, Exercise, HandedIn, Submission
from pytest_asyncgrade.trace import Outcome

if TYPE_CHECKING:
    from pathlib import Path


def submission(folder: Path, seconds: float) -> Submission:
    script = folder / "naps.py"
    script.write_text("print(1)\n", encoding="utf-8")
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
