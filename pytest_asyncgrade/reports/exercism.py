"""``results.json`` of an Exercism test runner, version 3.

The whole is an error, and says why, only if nothing could be run; what a program printed is cut to 500 characters.
https://exercism.org/docs/building/tooling/test-runners/interface
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pytest_asyncgrade.grading import Verdict

from . import phrases
from .safe_text import as_short_json, tame
from .view import named_checks, shortened

if TYPE_CHECKING:
    from pytest_asyncgrade.grading import Grade

    from .about import About
    from .view import NamedCheck

VERSION = 3
LONGEST_MESSAGE = 16_000
"""Longest message in characters, of at most four bytes each: the limit is 65,535 bytes."""
LONGEST_OUTPUT = 500
"""Longest output of a test, in characters."""
_STATUS = {Verdict.PASSED: "pass", Verdict.FAILED: "fail", Verdict.ERROR: "error", Verdict.NOT_RUN: "error"}


def render(grade: Grade, _about: About) -> str:
    """Return the results."""
    found = named_checks(grade)
    verdicts = {named.check.verdict for named in found}
    message = None
    if verdicts & {Verdict.PASSED, Verdict.FAILED}:
        status = "pass" if verdicts == {Verdict.PASSED} else "fail"
    else:
        status, message = "error", shortened(_why(found) or phrases.nothing(grade), LONGEST_MESSAGE)
    return as_short_json(
        {"version": VERSION, "status": status, "message": message, "tests": [_test(named) for named in found]}
    )


def _why(found: list[NamedCheck]) -> str:
    """Return why nothing could be run, each reason once."""
    return "\n\n".join(dict.fromkeys("\n".join(named.reason) for named in found))


def _test(named: NamedCheck) -> dict[str, Any]:
    check = named.check
    runs = [named.work.runs[key].trace for key in check.runs if key in named.work.runs]
    test: dict[str, Any] = {
        "name": named.name,
        "status": _STATUS[check.verdict],
        "message": shortened("\n".join(named.reason), LONGEST_MESSAGE) or None,
        "test_code": shortened("\n".join(tame(run.asked) for run in runs), LONGEST_MESSAGE),
    }
    output = "\n".join(tame(line.text) for run in runs for line in run.partial.output)
    return test | ({"output": shortened(output, LONGEST_OUTPUT)} if output else {})
