"""The grade for a student's terminal: 80 columns, readable without colour, ASCII but for the student's own text."""

from __future__ import annotations

from dataclasses import replace
from itertools import zip_longest
from typing import TYPE_CHECKING

from pytest_asyncgrade.grading import Verdict
from pytest_asyncgrade.trace.text import display_width, folded, padded, printable, truncated, wrapped
from pytest_asyncgrade.trace.timeline import explained, headline, timeline

from . import phrases
from .safe_text import tame
from .view import Reason, hint, remarks

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from pytest_asyncgrade.grading import CheckResult, Failure, Grade, Row, Work
    from pytest_asyncgrade.trace import QuotedLine

WIDTH = 80
"""Width of the report, in columns."""
MOST_VALUES = 20
"""Number of lines of what was expected, or came, that are shown of one check."""
_COLUMN = (WIDTH - 16) // 2
"""Width of the expected lines, and of the actual ones, side by side, in columns."""
MOST_FINDINGS = 5
"""Number of findings that are shown of one work."""
LONGEST_NAME = 30
"""Widest name of a student, in columns."""
Styled = tuple[str, tuple[str, ...]]
"""A line of text, and the markup of pytest's terminal writer for it (``("red", "bold")``)."""

_LOUD = {Verdict.FAILED, Verdict.ERROR}
"""Verdicts that are shown in capital letters, to stand out without colour."""
_STYLES: dict[Verdict, tuple[str, ...]] = {
    Verdict.PASSED: ("green",),
    Verdict.FAILED: ("red",),
    Verdict.ERROR: ("red", "bold"),
    Verdict.NOT_RUN: ("yellow",),
}


def render(grade: Grade, *, verbose: bool = False) -> Iterator[Styled]:
    """Yield the report in lines that no log obeys; with `verbose` also what happened in runs that lost nothing."""
    for line, style in _lines(grade, verbose=verbose):
        for part in folded(tame(line), WIDTH) or [""]:  # making it tame may have made it too wide
            yield tame(part), style


def _lines(grade: Grade, *, verbose: bool) -> Iterator[Styled]:
    for work in grade.works:
        yield from _work(work, verbose=verbose)
    for slug in grade.not_handed_in:
        yield phrases.not_handed_in(slug), ("yellow",)
    if len(grade.works) > 1:
        yield from _table(grade) if grade.students != ("",) else _list(grade)
    yield _total(grade), ("bold", "green" if grade.complete else "red")
    weak = {work.isolation for work in grade.works if work.is_weakly_isolated}
    for isolation in grade.isolations:
        yield phrases.isolated(isolation), ("yellow",) if isolation in weak else ()


def _work(work: Work, *, verbose: bool) -> Iterator[Styled]:
    title = phrases.title(replace(work, student=_name(work.student)))
    score = phrases.points(work)
    yield "", ()
    yield f"{title} {'.' * (WIDTH - display_width(title) - len(score) - 2)} {score}", ("bold",)
    above: Failure | None = None
    for check in work.checks:
        yield from _check(check, above)
        above = check.failure
    for remark in remarks(work):
        yield from _wrapped(printable(str(remark)), 2, style=("yellow",) if remark.is_warning else ())
    yield from _findings(work)
    for trace in work.runs_to_show(verbose=verbose):
        yield "", ()
        yield from _wrapped(f"{phrases.HAPPENED}: {printable(headline(trace))}", 2, style=("bold",))
        for line in timeline(trace, width=WIDTH - 2):
            yield f"  {line}".rstrip(), ()


def _findings(work: Work) -> Iterator[Styled]:
    """Yield the findings of the runs, whether or not they cost points."""
    findings = work.findings
    if findings:
        yield "", ()
        yield f"  {phrases.TO_LOOK_AT}:", ("bold",)
    for message, advice in explained(findings[:MOST_FINDINGS]):
        first, *rest = wrapped(printable(message), WIDTH - 4)
        yield f"  - {first}", ()
        for line in rest:
            yield f"    {line}", ()
        if advice:
            yield from _wrapped(printable(advice), 4, style=("cyan",))
    if len(findings) > MOST_FINDINGS:
        yield f"    {phrases.note(f'{len(findings) - MOST_FINDINGS} more of these')}", ()


def _check(check: CheckResult, above: Failure | None) -> Iterator[Styled]:
    word = phrases.VERDICTS[check.verdict]
    word = word.upper() if check.verdict in _LOUD else word
    first, *rest = wrapped(printable(check.name), WIDTH - 16) or [""]
    yield f"  {word:<8}{phrases.worth(check):<4} {first}", _STYLES[check.verdict]
    for line in rest:
        yield f"{'':15}{line}", _STYLES[check.verdict]
    if check.failure is not None and check.failure == above:
        yield f"{'':15}{phrases.SAME_REASON}", ()
    elif check.failure is not None and (reason := Reason.of(check)):
        yield from _reason(reason)


def _reason(reason: Reason) -> Iterator[Styled]:
    for line in reason.introduction.split("\n"):
        yield from _wrapped(printable(line), 15)
    if reason.rows and max(len(reason.expected), len(reason.actual)) > 1:
        yield from _side_by_side(reason.rows)
    else:
        yield from _values(phrases.EXPECTED, reason.expected)
        yield from _values(phrases.ACTUAL, reason.actual)
    if reason.hint:
        yield from _wrapped(printable(hint(reason.hint)), 15, style=("cyan",))
    for line in reason.details.split("\n") if reason.details else ():
        yield f"{'':15}{printable(line)}", ("red",)
    if reason.flag:
        yield from _wrapped(printable(reason.flag), 15, style=("yellow",))


def _side_by_side(rows: list[Row]) -> Iterator[Styled]:
    """Yield the expected and the actual lines side by side, with a mark where they differ."""
    yield f"{'':15}{phrases.EXPECTED:<{_COLUMN}} {phrases.ACTUAL}", ()
    for row in rows[: 2 * MOST_VALUES]:
        cells = [folded(printable(text), _COLUMN - 1) for text in row[:2]]
        for number, (left, right) in enumerate(zip_longest(*cells, fillvalue="")):
            mark = ">" if number == 0 and not row.same else " "
            yield f"{'':13}{mark} {padded(left, _COLUMN)} {right}".rstrip(), ()
    if len(rows) > 2 * MOST_VALUES:
        yield f"{'':15}{phrases.note(f'{len(rows) - 2 * MOST_VALUES} more')}", ()


def _values(title: str, values: tuple[QuotedLine, ...]) -> Iterator[Styled]:
    for index, value in enumerate(values[:MOST_VALUES]):
        for part, text in enumerate(folded(printable(str(value)), WIDTH - 25) or [""]):
            yield f"{'':15}{f'{title}:' if index == part == 0 else '':<10}{text}".rstrip(), ()
    if len(values) > MOST_VALUES:
        yield f"{'':25}{phrases.note(f'{len(values) - MOST_VALUES} more')}", ()


def _wrapped(text: str, indent: int, *, style: Iterable[str] = ()) -> Iterator[Styled]:
    for line in wrapped(text, WIDTH - indent) or [""]:
        yield " " * indent + line, tuple(style)


def _table(grade: Grade) -> Iterator[Styled]:
    """Yield the table of students and exercises, in as many parts as its width needs."""
    scores = {(work.student, work.exercise): phrases.fraction(work) for work in grade.works}
    for student in grade.students:
        works = tuple(work for work in grade.works if work.student == student)
        scores[student, "total"] = phrases.fraction(replace(grade, works=works))
    width = max(display_width(_name(student)) for student in ("student", *grade.students))
    for columns in _parts([*grade.exercises, "total"], WIDTH - width):
        yield "", ()
        yield "  ".join(["student".ljust(width), *columns]), ("bold",)
        for student in grade.students:
            cells = [scores.get((student, column), "-").rjust(len(column)) for column in columns]
            yield "  ".join([padded(_name(student), width), *cells]), ()


def _parts(columns: list[str], width: int) -> Iterator[list[str]]:
    """Divide a row of columns into parts that fit."""
    part: list[str] = []
    for column in columns:
        if part and sum(len(name) + 2 for name in [*part, column]) > width:
            yield part
            part = []
        part.append(column)
    yield part


def _name(student: str) -> str:
    return truncated(printable(student), LONGEST_NAME)


def _list(grade: Grade) -> Iterator[Styled]:
    yield "", ()
    for work in grade.works:
        number, rest = phrases.columns(work)
        yield f"{work.exercise:<40}{number:>4} {rest}", ()


def _total(grade: Grade) -> str:
    return phrases.total(grade) if grade.broken else f"total: {phrases.points(grade)}"
