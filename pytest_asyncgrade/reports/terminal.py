"""The grade as a student reads it in the terminal: 80 columns, plain ASCII of ours, readable without colour."""

from __future__ import annotations

import textwrap
from dataclasses import replace
from itertools import zip_longest
from typing import TYPE_CHECKING

from pytest_asyncgrade.grading import Verdict, beside, withheld
from pytest_asyncgrade.trace.text import cut, display_width, folded, padded, printable
from pytest_asyncgrade.trace.timeline import explained, headline, timeline

from .words import flagged, is_broken, points, tame, total

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from pytest_asyncgrade.grading import CheckResult, Failure, Grade, Work

WIDTH = 80
MOST_VALUES = 20
_COLUMN = (WIDTH - 16) // 2
"""Of what was expected, and of what came beside it."""
MOST_FINDINGS = 5
LONGEST_NAME = 30
Styled = tuple[str, tuple[str, ...]]
"""A line of text, and the markup of pytest's terminal writer for it (``("red", "bold")``)."""

_WORDS = {Verdict.PASSED: "ok", Verdict.FAILED: "LOST", Verdict.ERROR: "ERROR", Verdict.NOT_RUN: "not run"}
_STYLES: dict[Verdict, tuple[str, ...]] = {
    Verdict.PASSED: ("green",),
    Verdict.FAILED: ("red",),
    Verdict.ERROR: ("red", "bold"),
    Verdict.NOT_RUN: ("yellow",),
}


def render(grade: Grade, *, verbose: bool = False) -> Iterator[Styled]:
    """Yield the report line by line, none of which a log obeys; `verbose` shows all that the programs did."""
    for line, style in _lines(grade, verbose=verbose):
        for part in folded(tame(line), WIDTH) or [""]:  # what makes it tame may be too much for its width
            yield tame(part), style


def _lines(grade: Grade, *, verbose: bool) -> Iterator[Styled]:
    for work in grade.works:
        yield from _work(work, verbose=verbose)
    for slug in grade.not_handed_in:
        yield f"{slug}: nobody handed it in, so it does not count.", ("yellow",)
    if len(grade.works) > 1:
        yield from _table(grade) if grade.students != ("",) else _list(grade)
    yield _total(grade), ("bold", "green" if grade.complete else "red")
    for isolation in grade.isolations:
        yield f"graded in isolation: {isolation}", ("yellow",) if isolation.startswith("weak") else ()


def _work(work: Work, *, verbose: bool) -> Iterator[Styled]:
    title = f"{_name(work.student)}: {work.exercise}" if work.student else work.exercise
    score = points(work)
    yield "", ()
    yield f"{title} {'.' * (WIDTH - display_width(title) - len(score) - 2)} {score}", ("bold",)
    above: Failure | None = None
    for check in work.checks:
        yield from _check(check, above)
        above = check.failure
    if work.withheld:
        yield from _wrapped(withheld(work), 2, style=("yellow",))
    if work.seed is not None and not all(check.verdict is Verdict.PASSED for check in work.checks):
        yield from _wrapped(f"with random values; --grade-seed={work.seed} gives the same ones again", 2)
    for name, reason in work.left_behind.items():
        yield from _wrapped(f"{printable(name)} was left out: {printable(reason)}", 2, style=("yellow",))
    yield from _findings(work)
    for trace in work.runs_to_show(verbose=verbose):
        yield "", ()
        yield from _wrapped(f"What happened: {printable(headline(trace))}", 2, style=("bold",))
        for line in timeline(trace, width=WIDTH - 2):
            yield f"  {line}".rstrip(), ()


def _findings(work: Work) -> Iterator[Styled]:
    """Yield what the runs show, each once, whether or not it cost points."""
    findings = work.findings
    if findings:
        yield "", ()
        yield "  What to look at:", ("bold",)
    for message, advice in explained(findings[:MOST_FINDINGS]):
        first, *rest = textwrap.wrap(printable(message), WIDTH - 4, break_on_hyphens=False)
        yield f"  - {first}", ()
        for line in rest:
            yield f"    {line}", ()
        if advice:
            yield from _wrapped(printable(advice), 4, style=("cyan",))
    if len(findings) > MOST_FINDINGS:
        yield f"    [... {len(findings) - MOST_FINDINGS} more of these]", ()


def _check(check: CheckResult, above: Failure | None) -> Iterator[Styled]:
    of = f"{check.score}/{check.points.points}" + (" bonus" if check.points.bonus else "")
    first, *rest = textwrap.wrap(printable(check.name), WIDTH - 16) or [""]
    yield f"  {_WORDS[check.verdict]:<8}{of:<4} {first}", _STYLES[check.verdict]
    for line in rest:
        yield f"{'':15}{line}", _STYLES[check.verdict]
    if check.failure is not None:
        yield from _failure(check.failure, check.verdict, again=check.failure == above)


def _failure(failure: Failure, verdict: Verdict, *, again: bool) -> Iterator[Styled]:
    if again:
        yield f"{'':15}(for the same reason)", ()
        return
    if verdict is Verdict.ERROR:
        yield from _wrapped("This is a mistake in the grader, not in your program. For your teacher:", 15)
        for line in (failure.traceback or failure.rationale).split("\n"):
            yield f"{'':15}{printable(line)}", ("red",)
        return
    for line in failure.rationale.split("\n"):
        yield from _wrapped(printable(line), 15)
    if failure.expected and failure.actual and max(len(failure.expected), len(failure.actual)) > 1:
        yield from _beside(failure)
    else:
        yield from _values("expected:", failure.expected)
        yield from _values("actual:", failure.actual)
    if failure.hint and verdict is Verdict.FAILED:
        yield from _wrapped(f"hint: {printable(failure.hint)}", 15, style=("cyan",))
    if failure.flag:
        yield from _wrapped(printable(flagged(failure)), 15, style=("yellow",))


def _beside(failure: Failure) -> Iterator[Styled]:
    """Yield what was expected beside what came; where they part there is a mark."""
    rows = list(beside(failure.expected, failure.actual))
    yield f"{'':15}{'expected':<{_COLUMN}} actual", ()
    for row in rows[: 2 * MOST_VALUES]:
        cells = [folded(printable(text), _COLUMN - 1) for text in row[:2]]
        for number, (left, right) in enumerate(zip_longest(*cells, fillvalue="")):
            mark = ">" if number == 0 and not row.same else " "
            yield f"{'':13}{mark} {padded(left, _COLUMN)} {right}".rstrip(), ()
    if len(rows) > 2 * MOST_VALUES:
        yield f"{'':15}[... {len(rows) - 2 * MOST_VALUES} more]", ()


def _values(title: str, values: tuple[str, ...]) -> Iterator[Styled]:
    for index, value in enumerate(values[:MOST_VALUES]):
        for part, text in enumerate(textwrap.wrap(printable(value), WIDTH - 25, drop_whitespace=False) or [""]):
            yield f"{'':15}{title if index == part == 0 else '':<10}{text}".rstrip(), ()
    if len(values) > MOST_VALUES:
        yield f"{'':25}[... {len(values) - MOST_VALUES} more]", ()


def _wrapped(text: str, indent: int, *, style: Iterable[str] = ()) -> Iterator[Styled]:
    for line in textwrap.wrap(text, WIDTH - indent, break_on_hyphens=False) or [""]:
        yield " " * indent + line, tuple(style)


def _table(grade: Grade) -> Iterator[Styled]:
    """Yield the table of students and exercises, in as many parts as the width asks for."""
    scores = {(work.student, work.exercise): _fraction(work) for work in grade.works}
    for student in grade.students:
        works = tuple(work for work in grade.works if work.student == student)
        scores[student, "total"] = _fraction(replace(grade, works=works))
    width = max(display_width(_name(student)) for student in ("student", *grade.students))
    for columns in _parts([*grade.exercises, "total"], WIDTH - width):
        yield "", ()
        yield "  ".join(["student".ljust(width), *columns]), ("bold",)
        for student in grade.students:
            cells = [scores.get((student, column), "-").rjust(len(column)) for column in columns]
            yield "  ".join([padded(_name(student), width), *cells]), ()


def _fraction(graded: Grade | Work) -> str:
    return "-" if is_broken(graded) else f"{graded.score}/{graded.max_score}"


def _parts(columns: list[str], width: int) -> Iterator[list[str]]:
    """Cut a row of columns into pieces that fit."""
    part: list[str] = []
    for column in columns:
        if part and sum(len(name) + 2 for name in [*part, column]) > width:
            yield part
            part = []
        part.append(column)
    yield part


def _name(student: str) -> str:
    return cut(printable(student), LONGEST_NAME)


def _list(grade: Grade) -> Iterator[Styled]:
    yield "", ()
    for work in grade.works:
        number, _, rest = points(work).partition(" ")
        yield f"{work.exercise:<40}{number:>4} {rest}", ()


def _total(grade: Grade) -> str:
    return total(grade) if grade.broken else f"total: {points(grade)}"
