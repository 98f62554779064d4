"""A self-contained page: scores, reasons, what happened, and the program with the relevant lines marked.

It makes no request and runs no script but ours, which is optional: a Content-Security-Policy forbids all others,
whatever a student's text contains.
"""

from __future__ import annotations

from base64 import b64encode
from hashlib import sha256
from importlib.resources import files
from typing import TYPE_CHECKING, Any

from pytest_asyncgrade.grading import Verdict, causes, place_of
from pytest_asyncgrade.grading.aspect import Aspect
from pytest_asyncgrade.trace import Outcome
from pytest_asyncgrade.trace.picture import legend, svg
from pytest_asyncgrade.trace.text import printable, short
from pytest_asyncgrade.trace.timeline import headline

from . import phrases
from .safe_text import inert
from .view import MOST_CAUSES, MOST_VALUES, Reason, other_findings, remarks, some, told_cause

if TYPE_CHECKING:
    from collections.abc import Iterable

    from jinja2 import Template

    from pytest_asyncgrade.grading import Cause, CheckResult, Grade, Work
    from pytest_asyncgrade.trace import Finding, Place, Trace

    from .about import About

MOST_LINES = 500
"""Number of lines that are shown of one run."""
_WORDS = phrases.VERDICTS | {Verdict.ERROR: phrases.BROKEN}
_COLOURS = {Verdict.PASSED: "good", Verdict.FAILED: "bad", Verdict.ERROR: "bad", Verdict.NOT_RUN: "warn"}


def render(grade: Grade, about: About) -> str:
    """Return the page."""
    works = [_work(work, f"work-{number}") for number, work in enumerate(grade.works, start=1)]
    title = works[0]["title"] if len(works) == 1 else ", ".join(grade.exercises) or phrases.NOTHING.capitalize()
    score = phrases.total(grade) if grade.broken else phrases.points(grade)
    notes = list(map(printable, about.notes))
    return inert(_template().render(title=title, grade=grade, total=score, works=works, legend=legend(), notes=notes))


def page_of_run(trace: Trace) -> str:
    """Return a page on a single run: its picture, its lines, its findings, its program."""
    findings = [_finding(finding, finding.place.lineno if finding.place else None) for finding in trace.diagnosis]
    work = {
        "id": "run", "title": printable(trace.asked), "checks": [], "causes": [], "runs": [_run(trace)],
        "findings": findings, "source": _source(trace.source, {}, findings), "script": "The program", "remarks": [],
    }  # fmt: skip
    return _template().render(title=printable(headline(trace)), grade=None, works=[work], legend=legend())


def _template() -> Template:
    from jinja2 import Environment

    source, script = (_file(name) for name in ("page.html.jinja", "page.js"))
    template = Environment(autoescape=True, trim_blocks=True, lstrip_blocks=True).from_string(source)
    template.globals["phrases"] = phrases
    template.globals["script"] = script
    template.globals["script_hash"] = b64encode(sha256(script.encode()).digest()).decode()
    return template


def _file(name: str) -> str:
    return files(__package__).joinpath(name).read_text(encoding="utf-8")


def _work(work: Work, ident: str) -> dict[str, Any]:
    runs = work.runs_to_show() or work.runs_to_show(verbose=True)[:1]
    found = causes(work)[:MOST_CAUSES]
    marks = [_finding(one, _line(work, one.place)) for one in work.findings]
    others = [_finding(one, _line(work, one.place)) for one in other_findings(work, found)]
    source = next((run.source for run in runs if run.source), ())
    return {
        "causes": [_cause(work, cause, number) for number, cause in enumerate(found)],
        "id": ident, "title": printable(phrases.title(work)), "points": phrases.points(work),
        "share": f"{work.score / work.max_score:.4f}" if work.max_score else "0",
        "checks": [_check(work, check, found[0] if found else None) for check in work.checks],
        "remarks": [
            {"parts": _alternating(map(printable, remark.parts)), "is_warning": remark.is_warning}
            for remark in remarks(work)
        ],
        "findings": sorted(others, key=lambda one: one["line"] or 0), "script": printable(work.script),
        "runs": [_run(run) for run in runs], "source": _source(source, _ends(runs), marks),
    }  # fmt: skip


def _cause(work: Work, cause: Cause, number: int) -> dict[str, Any]:
    """Return one cause; the first, number 0, with all that is known of it."""
    more = phrases.explained(len(cause.checks) - 1, is_certain=cause.is_certain) if len(cause.checks) > 1 else ""
    return {
        "line": _line(work, cause.place), "where": printable(phrases.where(work, cause.place)),
        "code": printable(cause.code), "told": printable(told_cause(work, cause) if number else cause.what),
        "stuck": [printable(str(row)) for row in cause.stuck], "advice": _with_code(cause.advice), "more": more,
    }  # fmt: skip


def _line(work: Work, place: Place | None) -> int | None:
    """Return the number of a line that the page shows; None if it is in another file than the script."""
    return place.lineno if place and work.is_in_script(place) else None


def _check(work: Work, check: CheckResult, first: Cause | None) -> dict[str, Any]:
    """Return a check; one whose run ended for what is told above says so."""
    reason, place = Reason.of(check) if check.failure else None, place_of(work, check)
    if first and check in first.checks and check.failure and check.failure.about is Aspect.RUN:
        reason = Reason(phrases.TOLD_ABOVE)
    partly = check.verdict is Verdict.FAILED and check.score > 0
    return {
        "verdict": "partly" if partly else check.verdict.value, "word": _WORDS[check.verdict],
        "colour": "warn" if partly else _COLOURS[check.verdict],
        "worth": phrases.worth(check), "name": printable(check.name), "line": _line(work, place),
        "where": printable(phrases.where(work, place)),
    } | (_reason(reason) if reason else {})  # fmt: skip


def _reason(reason: Reason) -> dict[str, Any]:
    return {
        "rationale": printable(reason.sentence),
        "expected": list(map(printable, some(reason.expected))),
        "actual": list(map(printable, some(reason.actual))),
        "rows": _rows(reason),
        "flag": printable(reason.flag),
        "hint": _with_code(reason.hint),
    }


def _rows(reason: Reason) -> list[dict[str, Any]]:
    """Return the rows of expected and actual lines; none if one of the two is missing."""
    rows = reason.rows
    shown = [
        {"expected": printable(row.expected), "actual": printable(row.actual), "same": row.same}
        for row in rows[:MOST_VALUES]
    ]
    if len(rows) > MOST_VALUES:
        shown.append({"expected": "", "actual": phrases.note(f"{len(rows) - MOST_VALUES} more"), "same": True})
    return shown


def _finding(finding: Finding, line: int | None) -> dict[str, Any]:
    return {"message": printable(finding.message), "advice": _with_code(finding.advice), "line": line}


def _with_code(text: str) -> list[tuple[str, bool]]:
    """Return a text in parts, each with whether it is code: what is between backticks is."""
    return _alternating(printable(text).split("`"))


def _alternating(parts: Iterable[str]) -> list[tuple[str, bool]]:
    """Return parts each with whether it is code: every second one is."""
    return [(part, number % 2 == 1) for number, part in enumerate(parts) if part]


def _run(trace: Trace) -> dict[str, Any]:
    tasks = {span.number: short(span.coroutine) for span in trace.partial.tasks}
    lines = [*trace.partial.output, *trace.partial.stderr]
    shown = [
        {
            "time": str(line.time), "task": printable(tasks.get(line.task or 0, "")), "text": printable(line.text),
            "error": line.stream == "stderr", "at": line.lineno,
        }
        for line in lines[:MOST_LINES]
    ]  # fmt: skip
    if len(lines) > MOST_LINES:
        note = phrases.note(f"{len(lines) - MOST_LINES} more lines")
        shown.append({"time": "", "task": "", "text": note, "error": False, "at": None})
    return {"headline": printable(headline(trace)), "svg": svg(trace), "lines": shown, "has_tasks": bool(tasks)}


def _ends(runs: list[Trace]) -> dict[int, str]:
    """Return the exceptions that ended runs, by their lines."""
    return {
        run.exception.place.lineno: f"{run.exception.type}: {run.exception.message}"
        for run in runs
        if run.outcome is not Outcome.DEADLOCKED  # the waits are marked
        and run.exception
        and run.exception.place
        and run.script in {"", run.exception.place.filename}
    }


def _source(lines: tuple[str, ...], ends: dict[int, str], findings: list[dict[str, Any]]) -> list[dict[str, Any]]:
    notes: dict[int, list[str]] = {line: [printable(end)] for line, end in ends.items()}
    for finding in findings:
        if finding["line"]:
            notes.setdefault(finding["line"], []).append(finding["message"])
    coloured = _coloured(lines)
    return [{"parts": coloured[number - 1], "notes": notes.get(number, [])} for number, _ in enumerate(lines, start=1)]


_KINDS = (("Comment", "c"), ("Keyword", "k"), ("Literal.String", "s"), ("Literal.Number", "n"), ("Name.Builtin", "b"))
"""Kinds of Pygments' tokens that have a colour, and its class on the page."""


def _coloured(lines: tuple[str, ...]) -> list[list[tuple[str, str]]]:
    """Return each line of a program in parts, with the class of their colour; empty for the usual one."""
    from pygments.lexers.python import PythonLexer

    lexer = PythonLexer(stripnl=False, ensurenl=False)
    found: list[list[tuple[str, str]]] = [[]]
    for token, text in lexer.get_tokens("\n".join(lines)):
        kind = next((css for name, css in _KINDS if str(token).startswith(f"Token.{name}")), "")
        for number, part in enumerate(text.split("\n")):
            found += [[]] if number else []
            found[-1] += [(printable(part), kind)] if part else []
    if len(found) < len(lines):  # what Pygments takes for a line end is none in Python
        return [[(printable(line), "")] for line in lines]
    return found
