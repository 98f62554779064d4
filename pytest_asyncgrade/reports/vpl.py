"""The output of an evaluation of VPL, the Virtual Programming Lab for Moodle, on standard output.

A line ``Grade :=>> N`` is the grade, and what is between ``<|--`` and ``--|>`` is the comment, in which a line that
begins with ``-`` is a title and one with ``>`` is shown as it is.  All of a student's text is behind a ``>``, so no
line of it can begin with one of these words.
https://vpl.dis.ulpgc.es/documentation/vpl-4.4.0/writingauto.html
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from pytest_asyncgrade.grading import Verdict

from . import phrases
from .view import named_checks, shortened, told

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pytest_asyncgrade.grading import Grade

    from .about import About

LONGEST_REASON, LONGEST_STORY = 4_000, 40_000
"""Longest reason of a check, and longest text on what happened, in characters."""


def render(grade: Grade, about: About) -> str:
    """Return the comment and the grade; no grade if a grader is broken."""
    lines = ["<|--", *_comment(grade), "--|>"]
    if not grade.broken:
        lines.append(f"Grade :=>> {phrases.scaled(grade, about.max_score)}")
    return "\n".join(lines) + "\n"


def check(about: About) -> None:
    """Raise UsageError if the maximum is below 1."""
    about.check_max_score()


def _comment(grade: Grade) -> Iterator[str]:
    yield f"-{phrases.total(grade)}"
    for named in named_checks(grade):
        yield f"-{phrases.VERDICTS[named.check.verdict]} {phrases.worth(named.check)} {named.name}"
        if named.check.verdict is not Verdict.PASSED:
            yield from _quoted(shortened("\n".join(named.reason), LONGEST_REASON))
    if text := told(grade, LONGEST_STORY):
        yield from [f"-{phrases.TO_KNOW}", *_quoted(text)]


def _quoted(text: str) -> list[str]:
    return [f">{line}" for line in text.split("\n")]
