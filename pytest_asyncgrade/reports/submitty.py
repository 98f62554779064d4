"""``validation_results.json`` of a custom validator of Submitty.

``status`` is ``fail`` for a fault of the validator, here of a broken grader: then there is no score.
https://submitty.org/instructor/autograding/custom_validation
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from . import phrases
from .safe_text import as_short_json
from .view import longest_reason, named_checks, share, shortened

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pytest_asyncgrade.grading import Grade

    from .about import About

LONGEST_MESSAGE = 20_000
"""Longest message, in characters."""


def render(grade: Grade, _about: About) -> str:
    """Return the result."""
    if grade.broken:
        return as_short_json({"status": "fail", "message": phrases.total(grade)})
    message = shortened("\n".join(_message(grade)), LONGEST_MESSAGE)
    status = "success" if grade.complete and grade.works else "failure"
    return as_short_json({"status": "success", "data": {"score": share(grade), "message": message, "status": status}})


def _message(grade: Grade) -> Iterator[str]:
    yield phrases.total(grade)
    found = [named for named in named_checks(grade) if named.reason]
    longest = longest_reason(len(found), LONGEST_MESSAGE // 2, LONGEST_MESSAGE // 4)
    for named in found:
        yield f"{phrases.VERDICTS[named.check.verdict]} {phrases.worth(named.check)} {named.name}"
        yield from (f"    {line}" for line in shortened("\n".join(named.reason), longest).split("\n"))
