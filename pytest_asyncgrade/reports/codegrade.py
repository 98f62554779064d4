"""Lines of JSON for the structured output of a CodeGrade AutoTest (v2): the checks, then the points.

A skipped case would leave the denominator, so whatever could not be judged is a failure.  Without the line of points
nothing is recorded: that is so if a grader is broken.
https://docs.codegrade.com/automatic-grading-guides/create-your-own-tests
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from pytest_asyncgrade.grading import Verdict

from . import phrases
from .safe_text import as_json, one_line
from .view import longest_reason, named_checks, shortened, unique

if TYPE_CHECKING:
    from pytest_asyncgrade.grading import Grade

    from .about import About
    from .view import NamedCheck

MOST_REASONS, LONGEST_REASON = 200_000, 4_000
"""Longest total of all reasons, and longest reason of a check, in characters."""


def render(grade: Grade, _about: About) -> str:
    """Return the lines, in ASCII."""
    found = named_checks(grade)
    longest = longest_reason(len(found), MOST_REASONS, LONGEST_REASON)
    names = unique(one_line(phrases.title(work)) for work in grade.works)
    suites = [
        {"id": str(number), "name": name, "testCases": [_case(one, longest) for one in found if one.work is work]}
        for number, (name, work) in enumerate(zip(names, grade.works, strict=True), start=1)
    ]
    lines = _line({"tag": "unit-test", "results": [suite for suite in suites if suite["testCases"]]})
    if grade.broken or not grade.max_score:
        return lines
    return lines + _line({"tag": "points", "points": f"{min(grade.score, grade.max_score)}/{grade.max_score}"})


def _case(named: NamedCheck, longest: int) -> dict[str, Any]:
    passed = named.check.verdict is Verdict.PASSED
    case = {"name": named.name, "status": "success" if passed else "failure", "weight": named.check.max_score}
    return case if passed else case | {"reason": shortened("\n".join(named.reason), longest)}


def _line(data: dict[str, Any]) -> str:
    """Return an object as one line."""
    return json.dumps(json.loads(as_json(data)), separators=(",", ":")).replace("##[", "#\\u0023[") + "\n"
