"""Keeps a report whole if it cannot show one check: that check says so, and the others are shown as usual."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, TypeVar

from pytest_asyncgrade.errors import AsyncgradeError
from pytest_asyncgrade.grading import Failure, Grade
from pytest_asyncgrade.trace.plain import said_by

if TYPE_CHECKING:
    from collections.abc import Callable

    from pytest_asyncgrade.grading import CheckResult, Work

_T = TypeVar("_T")


def rendered(render: Callable[[Grade], _T], grade: Grade) -> _T:
    """Return a report of a grade; if that fails, one in which the checks that it fails on say so.

    AsyncgradeError if the format cannot hold such a grade.
    """
    try:
        return render(grade)
    except AsyncgradeError:
        raise
    except Exception:  # noqa: BLE001  # whatever a student's data does to a format
        return render(replace(grade, works=tuple(_showable(render, work) for work in grade.works)))


def _showable(render: Callable[[Grade], object], work: Work) -> Work:
    checks = tuple(_checked(render, work, check) for check in work.checks)
    kept = {key for check in checks for key in check.runs}
    return replace(work, checks=checks, runs={key: run for key, run in work.runs.items() if key in kept})


def _checked(render: Callable[[Grade], object], work: Work, check: CheckResult) -> CheckResult:
    """Return a check as it is if a report can show it alone; else with its verdict, its points, and why it cannot."""
    try:
        alone = replace(work, checks=(check,), runs={key: work.runs[key] for key in check.runs})
        render(Grade((alone,)))
    except Exception as error:  # noqa: BLE001  # as above
        return replace(check, failure=Failure(f"this check cannot be reported: {said_by(error)}"), runs=())
    return check
