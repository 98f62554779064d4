"""Remembers the comparison that an ``assert`` failed on, to explain a lost check."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import pytest

from pytest_asyncgrade.grading.explain import explain_matcher

if TYPE_CHECKING:
    from pytest_asyncgrade.trace import Explanation


class Comparison(NamedTuple):
    """A failed comparison, and what can be said about it."""

    op: str
    left: object
    right: object
    explanation: Explanation | None


COMPARISON = pytest.StashKey[Comparison | None]()
"""The last comparison that failed."""


def explain_comparison(config: pytest.Config, op: str, left: object, right: object) -> list[str] | None:
    """Remember a failed comparison and return its explanation for pytest's own report.

    If explaining fails, there is no explanation: an error here would end the check that is being run.
    """
    try:
        explanation = explain_matcher(op, left, right)
    except Exception:  # noqa: BLE001  # whatever a value is made of
        explanation = None
    config.stash[COMPARISON] = Comparison(op, left, right, explanation)
    if explanation is None:
        return None
    from pytest_asyncgrade.reports.phrases import ACTUAL, EXPECTED  # for a failed comparison alone

    lines = [explanation.rationale]
    for title, values in ((EXPECTED, explanation.expected), (ACTUAL, explanation.actual)):
        lines += [f"{title}:", *(f"  {value}" for value in values)] if values else []
    return lines
