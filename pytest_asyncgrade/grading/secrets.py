"""What of a grade a student must not see is taken out here, in one place, before any report is made.

A check that is not visible keeps its verdict and its points.  Its name, its hint, what it says and what it ran are the
teacher's: whoever knew them could print what is expected.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Container

    from .grade import CheckResult, Visibility, Work

NAME = "a hidden check"


def without_secrets(work: Work, shown: Container[Visibility]) -> Work:
    """Return a work as those may see it who may see the checks of the visibilities `shown`."""
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
    """Return what anybody may know of a check: its place in the grade, its points, its verdict."""
    points = replace(check.points, hint="")
    return replace(check, name=name, nodeid=name, points=points, failure=None, runs=())
