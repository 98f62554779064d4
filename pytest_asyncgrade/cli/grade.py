"""``asyncgrade grade``: for a person, and for the platforms that call it."""

from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING, NoReturn

from pytest_asyncgrade.clean_pytest import grade_cleanly
from pytest_asyncgrade.errors import AsyncgradeError

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

_BROKEN = 3
"""Exit status if a check is in error: there are reports, but no reliable grade."""
GRADED = {0, 1, _BROKEN}
"""Exit statuses of a grading that has given a grade."""
_WHY = {
    2: "it was interrupted",
    4: "it was asked for in a way that cannot work; the error above says what to do",
    5: "there is no check in the graders",
}
OVERTIME_SECONDS = 120.0
"""Real seconds after the deadline of a grading until it is given up: for the run under way, and the reports."""


class NotGradedError(AsyncgradeError):
    """There is no grade, by a mistake of the teacher or the platform; the message says which."""


def grade(graders: Path, options: Iterable[str]) -> NoReturn:
    """Grade with the graders in a file or folder, and exit with pytest's status."""
    sys.exit(grade_cleanly(graders, options).returncode)


def graded(graders: Path, options: Iterable[str], *, seconds: float | None) -> bool:
    """Grade for a platform; tell whether the grade is reliable.

    After `seconds` no further run begins, and `OVERTIME_SECONDS` later the grading is given up; None for no limit.
    NotGradedError if there is no grade at all.
    """
    if not graders.exists():
        msg = f"there are no graders in {graders}"
        raise NotGradedError(msg)
    deadline = [] if seconds is None else [f"--grade-deadline={seconds:g}"]
    end = None if seconds is None else seconds + OVERTIME_SECONDS
    try:
        status = grade_cleanly(graders, [*options, *deadline], timeout=end).returncode
    except subprocess.TimeoutExpired:
        msg = f"the grading was given up after {end:g} s: a grader does not come to its end"
        raise NotGradedError(msg) from None
    if status not in GRADED:
        raise NotGradedError(why_not_graded(status))
    return status != _BROKEN


def why_not_graded(status: int) -> str:
    """Return why a grading that ended with a status has given no grade."""
    return f"the grading ended with status {status}: {_WHY.get(status, 'it was killed')}"
