"""``results.json`` of a Gradescope autograder.

Gradescope itself hides a test until its visibility says otherwise, so a check for after the due date is told whole.
What stands outside of the tests is seen at once, and made from what everybody may see.
https://gradescope-autograders.readthedocs.io/en/latest/specs/
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pytest_asyncgrade.grading import Verdict, Visibility

from .words import as_short_json, cut, entries, happened, looked_at, nothing, reasons, remarks, title, total

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pytest_asyncgrade.grading import Grade

    from .about import About
    from .words import Entry

KEEP = frozenset({Visibility.AFTER_DUE_DATE})
LONGEST_REASON = 10_000
LONGEST_STORY = 100_000


def render(grade: Grade, _about: About) -> str:
    """Return the results."""
    tests = [_test(number, entry) for number, entry in enumerate(entries(grade), start=1)]
    return as_short_json({
        "score": grade.score,
        "execution_time": round(sum(check.duration for check in grade.checks), 3),
        "output": cut("\n".join(_story(grade.for_students())), LONGEST_STORY),
        "output_format": "text",
        "visibility": "visible",
        "stdout_visibility": "hidden",
        "tests": tests or [_nothing(grade)],
    })  # fmt: skip


def _test(number: int, entry: Entry) -> dict[str, Any]:
    check = entry.check
    return {
        "name": entry.name,
        "name_format": "text",
        "number": str(number),
        "status": "passed" if check.verdict is Verdict.PASSED else "failed",
        "score": check.score,
        "max_score": check.max_score,
        "output": cut("\n".join(reasons(check)), LONGEST_REASON),
        "output_format": "text",
        "visibility": check.points.visibility.value,
    }


def _nothing(grade: Grade) -> dict[str, Any]:
    return {"name": "something is graded", "status": "failed", "score": 0, "max_score": 0, "output": nothing(grade)}


def _story(grade: Grade) -> Iterator[str]:
    """Yield what concerns the whole: the score, what to look at, what happened."""
    yield total(grade)
    for isolation in grade.isolations:
        yield f"graded in isolation: {isolation}"
    for work in grade.works:
        for heading, lines in (("", remarks(work)), ("What to look at", looked_at(work)),
                               ("What happened", happened(work))):  # fmt: skip
            if lines:
                yield from ["", *([f"{title(work)}: {heading}"] if heading else []), *lines]
