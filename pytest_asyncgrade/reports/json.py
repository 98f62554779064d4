"""Our own format: everything in the grade, versioned, described by ``grade.schema.json`` in this folder.

With ``--grade-reveal`` it shows hidden checks in full.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pytest_asyncgrade.grading import causes, place_of
from pytest_asyncgrade.trace.timeline import headline

from .phrases import is_broken
from .safe_text import as_json
from .view import said_of

if TYPE_CHECKING:
    from pytest_asyncgrade.grading import Cause, CheckResult, Grade, Work
    from pytest_asyncgrade.trace import Trace

    from .about import About

VERSION = 1


def render(grade: Grade, _about: About) -> str:
    """Return the grade as JSON in ASCII, with a newline at the end."""
    return as_json(to_plain(grade))


def to_plain(grade: Grade) -> dict[str, Any]:
    """Return the grade as plain data, in the form of the schema."""
    return {
        "format": "pytest-asyncgrade",
        "version": VERSION,
        "score": None if grade.broken else grade.score,
        "max_score": grade.max_score,
        "complete": grade.complete,
        "broken": grade.broken,
        "works": [_work(work) for work in grade.works],
        "not_handed_in": list(grade.not_handed_in),
    }


def _work(work: Work) -> dict[str, Any]:
    return {
        "student": work.student,
        "exercise": work.exercise,
        "script": work.script,
        "score": None if is_broken(work) else work.score,
        "max_score": work.max_score,
        "isolation": work.isolation,
        "seed": work.seed,
        "left_behind": dict(work.left_behind),
        "withheld": work.withheld,
        "causes": [_cause(cause, work.checks) for cause in causes(work)],
        "findings": [
            {
                "kind": finding.kind, "message": finding.message, "advice": finding.advice,
                "line": finding.place.lineno if finding.place else None, "advisory": finding.advisory,
            }
            for finding in work.findings
        ],
        "integrity": [
            {"code": flag.code, "file": flag.filename, "line": flag.lineno or None, "message": str(flag)}
            for flag in work.integrity
        ],
        "checks": [_check(work, check, list(work.runs)) for check in work.checks],
        "runs": [_run(run.trace) for run in work.runs.values()],
    }  # fmt: skip


def _cause(cause: Cause, checks: tuple[CheckResult, ...]) -> dict[str, Any]:
    return {
        "file": cause.place.filename if cause.place else "",
        "line": cause.place.lineno if cause.place else None,
        "code": cause.code,
        "what": said_of(cause),
        "advice": cause.advice,
        "certain": cause.is_certain,
        "checks": [checks.index(check) for check in cause.checks],
    }


def _check(work: Work, check: CheckResult, runs: list[str]) -> dict[str, Any]:
    failure, place = check.failure, place_of(work, check)
    return {
        "name": check.name,
        "id": check.nodeid,
        "verdict": check.verdict.value,
        "score": check.score,
        "points": check.points.points,
        "bonus": check.points.bonus,
        "visibility": check.points.visibility.value,
        "hint": check.points.hint,
        "rationale": failure.rationale if failure else "",
        "expected": list(map(str, failure.expected)) if failure else [],
        "actual": list(map(str, failure.actual)) if failure else [],
        "traceback": failure.traceback if failure else "",
        "line": place.lineno if place else None,
        "runs": [runs.index(key) for key in check.runs],
        "duration": round(check.duration, 6),
    } | ({"flag": failure.flag} if failure and failure.flag else {})


def _run(trace: Trace) -> dict[str, Any]:
    partial = trace.partial
    return {
        "asked": trace.asked,
        "summary": headline(trace),
        "outcome": trace.outcome.value,
        "reason": trace.reason,
        "elapsed": float(partial.elapsed),
        "max_concurrency": partial.max_concurrency,
        "output": [
            {"text": line.text, "time": float(line.time), "stream": line.stream, "task": line.task, "line": line.lineno}
            for line in [*partial.output, *partial.stderr]
        ],
        "tasks": [
            {
                "number": span.number, "name": span.name, "coroutine": span.coroutine, "parent": span.parent,
                "start": float(span.start), "end": None if span.end is None else float(span.end), "ended": span.ended,
            }
            for span in partial.tasks
        ],
    } | ({"lost_runs": list(trace.lost_runs)} if trace.lost_runs else {})  # fmt: skip
