"""``results.json`` of a Gradescope autograder.

Gradescope itself hides a test as its visibility says, and shows everything to staff; so no check is redacted.  The text
outside of the tests is visible at once, and so it is made from the visible checks: even a total of the points would
reveal the verdicts of the others.
https://gradescope-autograders.readthedocs.io/en/latest/specs/
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from pytest_asyncgrade.grading import Verdict, Visibility, for_students

from . import phrases
from .safe_text import as_short_json
from .view import named_checks, shortened, story

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pytest_asyncgrade.grading import Grade

    from .about import About
    from .view import NamedCheck

KEEP = frozenset(Visibility)
LONGEST_REASON = 10_000
"""Longest reason of a check, in characters."""
LONGEST_STORY = 100_000
"""Longest text on the whole, in characters."""


def render(grade: Grade, _about: About) -> str:
    """Return the results."""
    tests = [_test(number, named) for number, named in enumerate(named_checks(grade), start=1)]
    return as_short_json({
        "score": 0 if grade.broken else grade.score,
        "execution_time": round(sum(check.duration for check in grade.checks), 3),
        "output": shortened("\n".join(_story(grade)), LONGEST_STORY),
        "output_format": "text",
        "visibility": "visible",
        "stdout_visibility": "hidden",
        "tests": [_without_points(test) for test in tests] if grade.broken else tests or [_nothing(grade)],
    })  # fmt: skip


def _test(number: int, named: NamedCheck) -> dict[str, Any]:
    check = named.check
    return {
        "name": named.name,
        "name_format": "text",
        "number": str(number),
        "status": "passed" if check.verdict is Verdict.PASSED else "failed",
        "score": check.score,
        "max_score": check.max_score,
        "output": shortened("\n".join(named.reason), LONGEST_REASON),
        "output_format": "text",
        "visibility": check.points.visibility.value,
    }


def _without_points(test: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in test.items() if name not in {"score", "max_score"}}


def _nothing(grade: Grade) -> dict[str, Any]:
    return {"name": phrases.GRADED, "status": "failed", "score": 0, "max_score": 0, "output": phrases.nothing(grade)}


def _visible(grade: Grade) -> Grade:
    """Return the grade of the visible checks."""
    shown = Visibility.VISIBLE
    works = (
        replace(work, checks=tuple(c for c in work.checks if c.points.visibility is shown)) for work in grade.works
    )
    return replace(grade, works=tuple(works))


def _story(grade: Grade) -> Iterator[str]:
    """Yield the text on the whole: the score, what to look at, what happened."""
    visible = _visible(grade)
    hidden = sum(1 for _ in grade.checks) - sum(1 for _ in visible.checks)
    yield f"{phrases.points(visible)} in the checks that you see; others are hidden" if hidden else phrases.total(grade)
    grade = for_students(grade)
    yield from story(grade)
