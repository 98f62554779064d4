"""The output of a combinator template grader of CodeRunner, a question type for Moodle: one JSON object.

CodeRunner escapes the columns whose format is ``%s``, so a student's text stays text.  Without ``fraction`` the object
is an error of the question, not a grade.
https://github.com/trampgeek/moodle-qtype_coderunner#combinator-template-grading
"""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING, Any

from pytest_asyncgrade.grading import Verdict

from . import phrases
from .safe_text import as_short_json
from .view import longest_reason, named_checks, share, shortened, told

if TYPE_CHECKING:
    from pytest_asyncgrade.grading import Grade

    from .about import About
    from .view import NamedCheck

MOST_REASONS, LONGEST_REASON, LONGEST_STORY = 400_000, 10_000, 40_000
"""Longest total of all reasons, longest reason of a check, longest text on what happened, in characters."""
_HEADERS = ["iscorrect", "Check", "Points", "Why"]
"""``iscorrect`` is no column: it colours the row."""


def render(grade: Grade, _about: About) -> str:
    """Return the object."""
    found = named_checks(grade)
    longest = longest_reason(len(found), MOST_REASONS, LONGEST_REASON)
    result: dict[str, Any] = {"prologuehtml": f"<p>{escape(phrases.total(grade))}</p>"}
    if not grade.broken:
        result["fraction"] = share(grade)
    if found:
        result["testresults"] = [_HEADERS, *(_row(named, longest) for named in found)]
        result["columnformats"] = ["%s"] * (len(_HEADERS) - 1)
    if text := told(grade, LONGEST_STORY):
        result["epiloguehtml"] = f"<pre>{escape(text)}</pre>"
    return as_short_json(result, indent=None)


def _row(named: NamedCheck, longest: int) -> list[Any]:
    passed = named.check.verdict is Verdict.PASSED
    return [passed, named.name, phrases.worth(named.check), shortened("\n".join(named.reason), longest)]
