"""The last two lines of an autograder's output for Autolab: what to show, and the scores.

The problems of the lab have the names of the exercises.  Autolab changes ``word:`` in the last line to ``"word":``, so
no name has a colon in it.  Without the line of scores it records none: that is so if a grader is broken.
https://docs.autolabproject.com/features/formatted-feedback/
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from pytest_asyncgrade.grading import Verdict

from . import phrases
from .safe_text import as_short_json, one_line
from .view import longest_reason, named_checks, shortened, unique

if TYPE_CHECKING:
    from pytest_asyncgrade.grading import Grade

    from .about import About

MOST_REASONS, LONGEST_REASON = 200_000, 4_000
"""Longest total of all reasons, and longest reason of a check, in characters."""
_STAGE = "Checks"


def render(grade: Grade, _about: About) -> str:
    """Return the two lines; only the first if a grader is broken."""
    found = named_checks(grade)
    longest = longest_reason(len(found), MOST_REASONS, LONGEST_REASON)
    names = unique(_without_colon(named.name) for named in found)
    checks: dict[str, dict[str, object]] = {
        name: {"passed": named.check.verdict is Verdict.PASSED}
        | ({"hint": shortened("\n".join(named.reason), longest)} if named.reason else {})
        for name, named in zip(names, found, strict=True)
    }
    if grade.broken or not found:
        checks = {phrases.GRADED: {"passed": False, "hint": phrases.total(grade)}, **checks}
    shown = as_short_json({"_presentation": "semantic", "stages": [_STAGE], _STAGE: checks}, indent=None)
    return shown if grade.broken else shown + as_short_json({"scores": _scores(grade)}, indent=None)


def _scores(grade: Grade) -> dict[str, float]:
    problems = unique(_without_colon(one_line(phrases.title(work))) for work in grade.works)
    return {problem: work.score for problem, work in zip(problems, grade.works, strict=True)}


def _without_colon(name: str) -> str:
    return name.replace(":", " -")
