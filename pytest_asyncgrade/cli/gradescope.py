"""``asyncgrade gradescope``: grades a submission in Gradescope's folders, and always leaves a ``results.json``.

If that file is missing or incomplete, a student reads that the results are "not formatted correctly".  So a first one
is written before the grading, which says that the grading did not end, and every file is written as a whole.
https://gradescope-autograders.readthedocs.io/en/latest/specs/
"""

from __future__ import annotations

import json
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import click

from pytest_asyncgrade.reports import ReportFile
from pytest_asyncgrade.reports.safe_text import as_json

from .grade import NotGradedError, graded

DEADLINE_SECONDS = 480.0
"""Real seconds after which no further run begins: by default an autograder has ten minutes."""
_NOT_YOURS = "This could not be graded, and that is not your program's fault. Tell your teacher: "


def gradescope(root: Path) -> bool:
    """Grade ``submission`` with ``source/graders`` into ``results/results.json``; tell whether there is a grade."""
    root = root.resolve()
    target = ReportFile("gradescope", root / "results" / "results.json")
    assert target.path is not None
    target.path.parent.mkdir(parents=True, exist_ok=True)
    target.write(as_json(_no_grade("the grading did not come to its end; the autograder may take too little time")))
    late = lateness(root / "submission_metadata.json")
    try:
        results = _graded(root)
    except NotGradedError as problem:
        click.echo(f"asyncgrade gradescope: {problem}", err=True)
        results = _no_grade(str(problem))
    target.write(as_json(with_lateness(results, late)))
    return "tests" in results


def _graded(root: Path) -> dict[str, Any]:
    with TemporaryDirectory(prefix="asyncgrade-") as name:
        report = Path(name, "results.json")
        options = [f"--submission={root / 'submission'}", f"--grade-report=gradescope={report}"]
        if not graded(root / "source" / "graders", options, seconds=DEADLINE_SECONDS):
            msg = "a check of the grader is broken, see the autograder's output"
            raise NotGradedError(msg)
        results: dict[str, Any] = json.loads(report.read_text(encoding="utf-8"))
        return results


def lateness(metadata: Path) -> dict[str, Any]:
    """Return what Gradescope says about the time of a submission: its dates, and the seconds after the due date.

    A student may have a personal due date; for a group the latest counts.  Empty if the metadata cannot be understood:
    then the report does not mention lateness.
    """
    try:
        given = json.loads(metadata.read_text(encoding="utf-8"))
        created = given["created_at"]
        dates = [_dates(user.get("assignment") or {}, given["assignment"]) for user in given.get("users") or [{}]]
        due, late_due = max(dates, key=lambda pair: datetime.fromisoformat(pair[0]))
        seconds = (datetime.fromisoformat(created) - datetime.fromisoformat(due)).total_seconds()
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return {}
    return {"created_at": created, "due_date": due, "late_due_date": late_due, "seconds_late": max(int(seconds), 0)}


def _dates(own: dict[str, Any], everybodys: dict[str, Any]) -> tuple[str, str | None]:
    """Return the due date and the late one: the student's personal ones if there are any."""
    given = own if own.get("due_date") else everybodys
    return given["due_date"], given.get("late_due_date")


def with_lateness(results: dict[str, Any], late: dict[str, Any]) -> dict[str, Any]:
    """Return results with `late` in their ``extra_data``; their ``output`` mentions it if the work is late."""
    if not late:
        return results
    extra = results.get("extra_data", {}) | {"late": late}
    if not late["seconds_late"]:
        return results | {"extra_data": extra}
    sentence = f"Handed in {_span(late['seconds_late'])} after the due date, {late['due_date']}."
    output = "\n\n".join(filter(None, [results.get("output", ""), sentence]))
    return results | {"extra_data": extra, "output": output}


def _span(seconds: int) -> str:
    """Return a span of time in its two largest units.

    >>> _span(93_784)
    '1 day 2 hours'
    """
    parts = []
    for unit, length in (("day", 86_400), ("hour", 3_600), ("minute", 60), ("second", 1)):
        count, seconds = divmod(seconds, length)
        if count:
            parts.append(f"{count} {unit}{'s' if count > 1 else ''}")
    return " ".join(parts[:2])


def _no_grade(reason: str) -> dict[str, Any]:
    return {"score": 0, "output": f"{_NOT_YOURS}{reason}", "output_format": "text", "stdout_visibility": "hidden"}
