"""The result of a custom grader of Coursera: one line of JSON, also for ``/shared/feedback.json``.

Without ``fractionalScore`` it is an error of the grader, not a grade.
https://github.com/coursera/coursera_autograder
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from . import phrases
from .safe_text import as_short_json
from .view import longest_reason, named_checks, share, shortened, story

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pytest_asyncgrade.grading import Grade

    from .about import About

LONGEST_FEEDBACK = 40_000
"""Longest feedback, in characters."""


def render(grade: Grade, _about: About) -> str:
    """Return the line."""
    result: dict[str, Any] = {"feedback": shortened("\n".join(_feedback(grade)), LONGEST_FEEDBACK)}
    if not grade.broken:
        result["fractionalScore"] = share(grade)
    return as_short_json(result, indent=None)


def _feedback(grade: Grade) -> Iterator[str]:
    yield phrases.total(grade)
    found = named_checks(grade)
    longest = longest_reason(len(found), LONGEST_FEEDBACK // 2, LONGEST_FEEDBACK // 4)
    for named in found:
        yield f"{phrases.VERDICTS[named.check.verdict]} {phrases.worth(named.check)} {named.name}"
        if named.reason:
            yield from (f"    {line}" for line in shortened("\n".join(named.reason), longest).split("\n"))
    yield from story(grade)
