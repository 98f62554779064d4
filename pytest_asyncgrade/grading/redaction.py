"""Removes from a grade what students must not see, in one place, before any report is made.

A check that is not visible keeps its verdict and its points.  Its name, hint, reason and runs stay with the teacher:
who knows them could print what is expected.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from .check import Visibility

if TYPE_CHECKING:
    from collections.abc import Container

    from .check import CheckResult
    from .grade import Grade, Work

NAME = "a hidden check"


def for_students(grade: Grade, keep: frozenset[Visibility] = frozenset(), *, integrity: bool = False) -> Grade:
    """Return the grade without the names, reasons, hints and runs of checks that are not visible.

    Checks of the visibilities in `keep` stay as they are, for a platform that hides them itself.  `integrity` keeps
    what only a teacher should look at in a submission, for a table that is the teacher's.
    """
    shown = {Visibility.VISIBLE, *keep}
    works = (replace(work, integrity=()) if work.integrity and not integrity else work for work in grade.works)
    return replace(grade, works=tuple(_redacted(work, shown) for work in works))


def _redacted(work: Work, shown: Container[Visibility]) -> Work:
    """Return a work in which the checks of other visibilities than `shown` are masked."""
    hidden = sum(check.points.visibility not in shown for check in work.checks)
    if not hidden:
        return work
    names = iter(_names(hidden, {check.name for check in work.checks}))
    checks = tuple(c if c.points.visibility in shown else _masked(c, next(names)) for c in work.checks)
    kept = {key for check in checks for key in check.runs}
    return replace(work, checks=checks, runs={key: run for key, run in work.runs.items() if key in kept})


def _names(count: int, taken: Container[str]) -> list[str]:
    """Return names for hidden checks, no two alike."""
    if count == 1 and NAME not in taken:
        return [NAME]
    return [f"{NAME} ({number})" for number in range(1, count + 1)]


def _masked(check: CheckResult, name: str) -> CheckResult:
    """Return what everybody may know of a check: its position in the grade, its points, its verdict."""
    points = replace(check.points, hint="")
    return replace(check, name=name, nodeid=name, points=points, failure=None, runs=())
