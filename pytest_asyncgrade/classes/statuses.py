"""The status of a work: one word for the teacher, with the reason."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING

from pytest_asyncgrade.grading import Verdict
from pytest_asyncgrade.trace import Outcome

if TYPE_CHECKING:
    from pytest_asyncgrade.grading import Work


class Status(StrEnum):
    """How the grading of a work went."""

    GRADED = "graded"
    MISSING = "missing"
    UNREADABLE = "could not be read"
    NOT_RUNNABLE = "not runnable"
    CRASHED = "crashed"
    DEADLOCKED = "deadlocked"
    TIMED_OUT = "timed out"
    NOT_GRADED = "not graded"
    """A fault of the grader or the machine: there are no points to rely on."""


_OF_OUTCOME = {
    Outcome.NOT_RUNNABLE: Status.NOT_RUNNABLE,
    Outcome.CRASHED: Status.CRASHED,
    Outcome.KILLED: Status.CRASHED,
    Outcome.DEADLOCKED: Status.DEADLOCKED,
    Outcome.TIMED_OUT: Status.TIMED_OUT,
}


def status_of(work: Work) -> tuple[str, str]:
    """Return the status of a work whose program is there, and the reason for it."""
    if any(check.verdict is Verdict.ERROR for check in work.checks):
        return Status.NOT_GRADED, "a check of the grader is broken"
    if work.score >= work.max_score:
        return Status.GRADED, ""
    runs = [run.trace for run in work.runs.values()]
    whole = [run for run in runs if run.asked.startswith("python ")] or runs
    for run in [*whole, *(run for run in runs if run.outcome is Outcome.TIMED_OUT)]:
        if run.outcome in _OF_OUTCOME:
            return _OF_OUTCOME[run.outcome], run.reason
    return Status.GRADED, ""
