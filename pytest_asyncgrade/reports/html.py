"""One page that stands alone: scores, reasons, what happened, the program with the lines concerned marked.

No request, and no script but ours, which the page can be read without: a Content-Security-Policy forbids all others,
whatever a student's text is made of.
"""

from __future__ import annotations

from base64 import b64encode
from functools import cache
from hashlib import sha256
from importlib.resources import files
from typing import TYPE_CHECKING, Any

from pytest_asyncgrade.grading import Verdict, beside, withheld
from pytest_asyncgrade.trace.picture import legend, svg
from pytest_asyncgrade.trace.text import printable, short
from pytest_asyncgrade.trace.timeline import headline

from .words import flagged, inert, points, total

if TYPE_CHECKING:
    from jinja2 import Template

    from pytest_asyncgrade.grading import CheckResult, Failure, Grade, Work
    from pytest_asyncgrade.trace import Trace

    from .about import About

MOST_LINES = 500
MOST_VALUES = 50
_WORDS = {
    Verdict.PASSED: "ok",
    Verdict.FAILED: "lost",
    Verdict.ERROR: "broken",
    Verdict.NOT_RUN: "not run",
}
_COLOURS = {Verdict.PASSED: "good", Verdict.FAILED: "bad", Verdict.ERROR: "bad", Verdict.NOT_RUN: "warn"}


def render(grade: Grade, _about: About) -> str:
    """Return the page."""
    works = [_work(work, f"work-{number}") for number, work in enumerate(grade.works, start=1)]
    title = works[0]["title"] if len(works) == 1 else ", ".join(grade.exercises) or "Nothing was graded"
    score = total(grade) if grade.broken else points(grade)
    return inert(_template().render(title=title, grade=grade, total=score, works=works, legend=legend()))


def page_of_run(trace: Trace) -> str:
    """Return a page with nothing but one run: its picture, its lines, its findings, its program."""
    from pytest_asyncgrade.trace.findings import find

    findings = [_finding(finding) for finding in find(trace)]
    work = {
        "id": "run", "title": printable(trace.asked), "checks": [], "runs": [_run(trace)], "findings": findings,
        "source": _source(trace.source, {}, findings), "script": "The program", "seed": None, "left_behind": [],
        "withheld": "",
    }  # fmt: skip
    return _template().render(title=printable(headline(trace)), grade=None, works=[work], legend=legend())


@cache
def _template() -> Template:
    from jinja2 import Environment

    source, script = (_file(name) for name in ("page.html.jinja", "page.js"))
    template = Environment(autoescape=True, trim_blocks=True, lstrip_blocks=True).from_string(source)
    template.globals["script"] = script
    template.globals["script_hash"] = b64encode(sha256(script.encode()).digest()).decode()
    return template


def _file(name: str) -> str:
    return files(__package__).joinpath(name).read_text(encoding="utf-8")


def _work(work: Work, ident: str) -> dict[str, Any]:
    runs = work.runs_to_show() or work.runs_to_show(verbose=True)[:1]
    findings = [_finding(finding) for finding in work.findings]
    title = f"{work.student}: {work.exercise}" if work.student else work.exercise
    source = next((run.source for run in runs if run.source), ())
    return {
        "id": ident, "title": printable(title), "points": points(work),
        "checks": [_check(check) for check in work.checks],
        "seed": work.seed, "withheld": withheld(work), "findings": findings, "script": printable(work.script),
        "left_behind": [(printable(name), printable(reason)) for name, reason in work.left_behind.items()],
        "runs": [_run(run) for run in runs], "source": _source(source, _ends(runs), findings),
    }  # fmt: skip


def _check(check: CheckResult) -> dict[str, Any]:
    failure = check.failure
    rationale = failure.rationale if failure else ""
    if failure and check.verdict is Verdict.ERROR:
        rationale = "This is a mistake in the grader, not in your program."
    return {
        "verdict": check.verdict.value, "word": _WORDS[check.verdict], "colour": _COLOURS[check.verdict],
        "score": check.score, "points": check.points.points, "bonus": check.points.bonus,
        "name": printable(check.name),
        "rationale": printable(rationale),
        "expected": [] if failure is None else _some(failure.expected),
        "actual": [] if failure is None else _some(failure.actual),
        "rows": [] if failure is None else _rows(failure),
        "flag": "" if failure is None else printable(flagged(failure)),
        "hint": [] if failure is None or check.verdict is not Verdict.FAILED else _with_code(failure.hint),
    }  # fmt: skip


def _rows(failure: Failure) -> list[dict[str, Any]]:
    """Return what was expected beside what came; nothing if one of the two is missing."""
    if not failure.expected or not failure.actual:
        return []
    rows = list(beside(failure.expected, failure.actual))
    shown = [
        {"expected": printable(row.expected), "actual": printable(row.actual), "same": row.same}
        for row in rows[:MOST_VALUES]
    ]
    if len(rows) > MOST_VALUES:
        shown.append({"expected": "", "actual": f"[... {len(rows) - MOST_VALUES} more]", "same": True})
    return shown


def _some(values: tuple[str, ...]) -> list[str]:
    shown = [printable(value) for value in values[:MOST_VALUES]]
    return [*shown, f"[... {len(values) - MOST_VALUES} more]"] if len(values) > MOST_VALUES else shown


def _finding(finding: Any) -> dict[str, Any]:
    line = finding.place.lineno if finding.place else None
    return {"message": printable(finding.message), "advice": _with_code(finding.advice), "line": line}


def _with_code(text: str) -> list[tuple[str, bool]]:
    """Return a text in parts, each with whether it is code: what stands between backticks is."""
    return [(part, number % 2 == 1) for number, part in enumerate(printable(text).split("`")) if part]


def _run(trace: Trace) -> dict[str, Any]:
    tasks = {span.number: short(span.coroutine) for span in trace.partial.tasks}
    lines = [*trace.partial.output, *trace.partial.stderr]
    shown = [
        {
            "time": str(line.time), "task": printable(tasks.get(line.task or 0, "")), "text": printable(line.text),
            "error": line.stream == "stderr",
        }
        for line in lines[:MOST_LINES]
    ]  # fmt: skip
    if len(lines) > MOST_LINES:
        shown.append({"time": "", "task": "", "text": f"[... {len(lines) - MOST_LINES} more lines]", "error": False})
    return {"headline": printable(headline(trace)), "svg": svg(trace), "lines": shown, "has_tasks": bool(tasks)}


def _ends(runs: list[Trace]) -> dict[int, str]:
    """Return what ended a program, by its line."""
    return {
        run.exception.place.lineno: f"{run.exception.type}: {run.exception.message}"
        for run in runs
        if run.exception and run.exception.place
    }


def _source(lines: tuple[str, ...], ends: dict[int, str], findings: list[dict[str, Any]]) -> list[dict[str, Any]]:
    notes: dict[int, list[str]] = {line: [printable(end)] for line, end in ends.items()}
    for finding in findings:
        if finding["line"]:
            notes.setdefault(finding["line"], []).append(finding["message"])
    return [{"text": printable(line), "notes": notes.get(number, [])} for number, line in enumerate(lines, start=1)]
