"""The result of the classic GitHub Classroom graders, for its reporter and the tools that succeeded it.

They read it as base64 from an environment variable (`encoded`), and no process starts with a variable of more than
128 KiB.  So long reasons are shortened, and the last of very many checks are summed up in one entry.  Points are whole
and their sum is exact; every test has every key; there is at least one test.  With a maximum of 0 the reporter reports
no points, which is what a broken grader has to come to.
https://github.com/classroom-resources/autograding-grading-reporter
"""

from __future__ import annotations

from base64 import b64encode
from typing import TYPE_CHECKING, Any

from pytest_asyncgrade.grading import Verdict, place_of

from . import phrases
from .safe_text import as_short_json, one_line, tame
from .view import named_checks, shortened

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pytest_asyncgrade.grading import Grade
    from pytest_asyncgrade.trace import Place

    from .about import About
    from .view import NamedCheck

Test = dict[str, Any]

VERSION = 3
MOST_BASE64 = 128_000
"""The system's limit for a variable without room for its name, in bytes."""
_LONGEST = (5_000, 2_000, 1_000, 500, 200, 100, 40)
"""Limits for a reason in characters, tried in turn until everything fits."""
_STATUS = {Verdict.PASSED: "pass", Verdict.FAILED: "fail", Verdict.ERROR: "error", Verdict.NOT_RUN: "error"}


def render(grade: Grade, _about: About) -> str:
    """Return the result as JSON whose base64 fits into a variable."""
    tests = [_test(named, place_of(named.work, named.check)) for named in named_checks(grade)]
    return next(text for text in _shorter_and_shorter(grade, tests) if len(encoded(text)) <= MOST_BASE64)


def _shorter_and_shorter(grade: Grade, tests: list[Test]) -> Iterator[str]:
    for longest in _LONGEST:
        yield _result(grade, [_shortened(test, longest) for test in tests])
    number = len(tests)
    while number > 1:
        number //= 2
        yield _result(grade, [*(_shortened(test, _LONGEST[-1]) for test in tests[:number]), _together(tests[number:])])


def encoded(result: str) -> str:
    """Return a result as base64, for the step's output ``result``."""
    return b64encode(result.encode()).decode("ascii")


def _result(grade: Grade, tests: list[Test]) -> str:
    status = "error" if grade.broken or not tests else "pass" if grade.complete else "fail"
    tests = tests or [_entry(phrases.GRADED, "error", phrases.nothing(grade), 0)]
    most = max(grade.max_score, 1)
    if grade.broken:  # with a maximum of 0 the reporter reports nothing
        most, tests = 0, [test | {"score": 0} for test in tests]
    result = {"version": VERSION, "status": status, "max_score": most, "tests": tests}
    return as_short_json(result, indent=None)


def _test(named: NamedCheck, place: Place | None) -> Test:
    work, check = named.work, named.check
    test = _entry(named.name, _STATUS[check.verdict], "\n".join(named.reason), check.score)
    return test | {
        "test_code": "\n".join(tame(work.runs[key].trace.asked) for key in check.runs if key in work.runs),
        "filename": one_line(place.filename if place else work.script),
        "line_no": place.lineno if place else 1,
        "duration": round(check.duration, 3),
    }


def _shortened(test: Test, longest: int) -> Test:
    return test | {name: shortened(test[name], longest) for name in ("message", "test_code")}


def _together(tests: list[Test]) -> Test:
    """Return one test that stands for many."""
    passed = sum(test["status"] == "pass" for test in tests)
    message = "" if passed == len(tests) else f"{passed} of them passed; there is no room to tell the others one by one"
    score = sum(test["score"] for test in tests)
    return _entry(phrases.note(f"{len(tests):,} more checks"), "fail" if message else "pass", message, score)


def _entry(name: str, status: str, message: str, score: float) -> Test:
    return {
        "name": name, "status": status, "message": message, "test_code": "", "task_id": None, "filename": "",
        "line_no": 1, "duration": 0, "score": score,
    }  # fmt: skip
