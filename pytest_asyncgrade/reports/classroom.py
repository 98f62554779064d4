"""The result of the classic GitHub Classroom graders, which its reporter and its successors' tools read.

They read it as base64 in a variable (`encoded`), and a process with a variable of more than 128 KiB does not start: so
long reasons are cut, and the last of very many checks told together, with a note.  Points are whole and their sum is
exact; every test has every key; there is always one, and a maximum above nothing: without, no points are reported.
https://github.com/classroom-resources/autograding-grading-reporter
"""

from __future__ import annotations

from base64 import b64encode
from typing import TYPE_CHECKING, Any

from pytest_asyncgrade.grading import Verdict

from .places import place_of
from .words import as_json, cut, entries, nothing, one_line, reasons, tame

if TYPE_CHECKING:
    from pytest_asyncgrade.grading import Grade

    from .about import About
    from .words import Entry

VERSION = 3
MOST_BASE64 = 120_000
"""Bytes: the system's limit for a variable, less room for its name."""
_LONGEST = (5_000, 2_000, 1_000, 500, 200, 100, 40)
"""Characters of a reason, tried in turn until all fit."""
_STATUS = {Verdict.PASSED: "pass", Verdict.FAILED: "fail", Verdict.ERROR: "error", Verdict.NOT_RUN: "error"}


def render(grade: Grade, _about: About) -> str:
    """Return the result as JSON that fits into a variable as base64."""
    found = entries(grade)
    tried = [(longest, len(found)) for longest in _LONGEST]
    number = len(found)
    while number > 1:
        number //= 2
        tried.append((_LONGEST[-1], number))
    return next(text for size in tried if len(encoded(text := _result(grade, found, *size))) <= MOST_BASE64)


def encoded(result: str) -> str:
    """Return a result as the base64 that goes into the step's output ``result``."""
    return b64encode(result.encode()).decode("ascii")


def _result(grade: Grade, found: list[Entry], longest: int, number: int) -> str:
    tests = [_test(entry, longest) for entry in found[:number]]
    if found[number:]:
        tests.append(_together(found[number:]))
    status = "error" if grade.broken or not tests else "pass" if grade.complete else "fail"
    tests = tests or [_entry("something is graded", "error", nothing(grade), 0)]
    result = {"version": VERSION, "status": status, "max_score": max(grade.max_score, 1), "tests": tests}
    return as_json(result, indent=None)


def _test(entry: Entry, longest: int) -> dict[str, Any]:
    work, check = entry.work, entry.check
    place = None if check.verdict is Verdict.PASSED else place_of(work, check)
    asked = "\n".join(tame(work.runs[key].asked) for key in check.runs if key in work.runs)
    test = _entry(entry.name, _STATUS[check.verdict], cut("\n".join(reasons(check)), longest), check.score)
    return test | {
        "test_code": cut(asked, longest),
        "filename": one_line(place.filename if place else work.script),
        "line_no": place.lineno if place else 1,
        "duration": round(check.duration, 3),
    }


def _together(found: list[Entry]) -> dict[str, Any]:
    """Return one test that stands for many."""
    passed = sum(entry.check.verdict is Verdict.PASSED for entry in found)
    message = "" if passed == len(found) else f"{passed} of them passed; there is no room to tell the others one by one"
    score = sum(entry.check.score for entry in found)
    return _entry(f"[... {len(found):,} more checks]", "fail" if message else "pass", message, score)


def _entry(name: str, status: str, message: str, score: int) -> dict[str, Any]:
    return {
        "name": name, "status": status, "message": message, "test_code": "", "task_id": None, "filename": "",
        "line_no": 1, "duration": 0, "score": score,
    }  # fmt: skip
