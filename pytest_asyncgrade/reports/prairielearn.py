"""``results.json`` of an external grader of PrairieLearn, in ``/grade/results``.

The file has to be smaller than 1 MB.  Points are shown only if each test has both numbers.  What is not gradable does
not count as an attempt: so a broken grader costs a student nothing.
https://prairielearn.readthedocs.io/en/latest/externalGrading/
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from . import phrases
from .safe_text import as_short_json
from .view import longest_reason, named_checks, share, shortened, told

if TYPE_CHECKING:
    from pytest_asyncgrade.grading import Grade

    from .about import About
    from .view import NamedCheck

MOST_BYTES = 1_000_000
"""Largest file, in bytes."""
MOST_REASONS, LONGEST_REASON, LONGEST_STORY = 100_000, 10_000, 40_000
"""Longest total of all reasons, longest reason of a check, longest text on what happened, in characters."""


def render(grade: Grade, _about: About) -> str:
    """Return the results."""
    if grade.broken:
        return as_short_json({"gradable": False, "format_errors": [phrases.total(grade)]})
    found = named_checks(grade)
    longest = longest_reason(len(found), MOST_REASONS, LONGEST_REASON)
    tests = [_test(named, longest) for named in found]
    result = {
        "gradable": True, "score": share(grade), "message": phrases.total(grade),
        "output": told(grade, LONGEST_STORY), "tests": tests,
    }  # fmt: skip
    text = as_short_json(result)
    return text if len(text.encode()) < MOST_BYTES else as_short_json(result | {"tests": [_together(grade, tests)]})


def _together(grade: Grade, tests: list[dict[str, Any]]) -> dict[str, Any]:
    """Return one test that stands for all."""
    name = phrases.note(f"{len(tests):,} checks: there is no room to tell them one by one")
    return {"name": name, "points": grade.score, "max_points": grade.max_score, "message": ""}


def _test(named: NamedCheck, longest: int) -> dict[str, Any]:
    return {
        "name": named.name, "points": named.check.score, "max_points": named.check.max_score,
        "message": shortened("\n".join(named.reason), longest),
    }  # fmt: skip
