"""The grade for a student's terminal: what to repair first, the checks, then the rest; it fits one screen.

As wide as the terminal, within limits; readable without colour; ASCII but for the student's own text.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import zip_longest
from typing import TYPE_CHECKING

from pytest_asyncgrade.grading import Verdict, causes, place_of
from pytest_asyncgrade.trace.text import display_width, folded, padded, printable, truncated, wrapped
from pytest_asyncgrade.trace.timeline import explained, headline, timeline

from . import phrases
from .safe_text import tame
from .view import MOST_CAUSES, Reason, hint, other_findings, remarks, told_cause

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from pytest_asyncgrade.grading import Cause, CheckResult, Failure, Grade, Row, Work
    from pytest_asyncgrade.trace import QuotedLine, Trace

    from .view import Remark

WIDTH = 80
"""Width of the report where that of the terminal is not known, in columns."""
NARROWEST, WIDEST = 60, 120
"""Limits of the width, in columns."""
MOST_VALUES = 20
"""Number of lines of what was expected, or came, that are shown of one check with `verbose`."""
FEW_VALUES = 6
"""Number of them without."""
MOST_FINDINGS = 5
"""Number of findings that are shown of one work."""
MOST_STUCK = 5
"""Number of waits of a deadlock that are told."""
MOST_REMARKS = 3
"""Number of lines with warnings of a work in a class."""
MOST_LINES = 57
"""Number of lines of the report on one work, without `verbose`; with the total below it is 60."""
LONGEST_TOP = 15
"""Number of lines above the list of checks, the title included."""
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


def render(grade: Grade, *, verbose: bool = False, width: int = WIDTH) -> Iterator[Styled]:
    """Yield the report in lines that no log obeys, none wider than `width` columns.

    With `verbose` nothing is left out, and what happened is shown of runs that lost nothing, too.
    """
    layout = Layout.of(width, verbose=verbose)
    yield from layout.fitted(layout.lines(grade))


@dataclass(frozen=True, slots=True)
class Layout:
    """How the report is to be: its width in columns, and whether all is shown."""

    width: int
    verbose: bool

    @classmethod
    def of(cls, width: int, *, verbose: bool = False) -> Layout:
        """Return the layout for a terminal of `width` columns."""
        return cls(min(max(width, NARROWEST), WIDEST), verbose)

    def fitted(self, lines: Iterable[Styled]) -> Iterator[Styled]:
        """Yield lines that no log obeys, none wider than the layout."""
        for line, style in lines:
            for part in folded(tame(line), self.width) or [""]:  # making it tame may have made it too wide
                yield tame(part), style

    def lines(self, grade: Grade) -> Iterator[Styled]:
        """Yield the whole report."""
        is_class = grade.students != ("",)
        for work in grade.works:
            yield from self._in_a_line(work) if is_class and not self.verbose else self._work(work)
        for slug in grade.not_handed_in:
            yield phrases.not_handed_in(slug), ("yellow",)
        if len(grade.works) > 1:
            yield from self._table(grade) if is_class else self._list(grade)
        yield _total(grade), ("bold", "green" if grade.complete else "red")
        weak = {work.isolation for work in grade.works if work.is_weakly_isolated}
        for isolation in grade.isolations:
            yield phrases.isolated(isolation), ("yellow",) if isolation in weak else ()

    # -- a work of a class

    def _in_a_line(self, work: Work) -> Iterator[Styled]:
        """Yield one line: whose, what to repair first, how many points; more of what is the teacher's to repair."""
        first = next(iter(causes(work)), None)
        score = phrases.points(work)
        line = f"{_title(work)}  {told_cause(work, first)}" if first else _title(work)
        line = truncated(printable(line), self.width - len(score) - 6)
        yield self.dotted(line, score), ()
        for check in work.checks:
            if check.verdict is Verdict.ERROR and (reason := Reason.of(check)):
                yield from self.reason(check, reason)
        yield from _cut(list(self.remarks(remark for remark in remarks(work) if remark.is_warning)), MOST_REMARKS)

    # -- a work at length

    def _work(self, work: Work) -> Iterator[Styled]:
        found = causes(work)
        first = found[0] if found else None
        top = [*self._heading(work), *(self.first(work, first, found[1:MOST_CAUSES]) if first else ())]
        checks: list[Styled] = [("", ())] if first else []
        checks += [line for check in work.checks for line in self.check(work, check)]
        why = [*self._reasons(work, first), *self.remarks(remarks(work))]
        seen = list(self._findings(work, found[:MOST_CAUSES]))
        happened = list(self._happened(work, first))
        if not self.verbose:
            top = _cut(top, LONGEST_TOP)
            room = MOST_LINES - len(top) - len(checks)
            why = _cut(why, max(room * 2 // 3, 4))
            seen = _cut(seen, max(room - len(why), 3))
            happened = _cut(happened, max(room - len(why) - len(seen), 0))
        yield from [*top, *checks, *why, *seen, *happened]

    def _heading(self, work: Work) -> Iterator[Styled]:
        yield "", ()
        yield self.dotted(_title(work), phrases.points(work)), ("bold",)

    def dotted(self, left: str, right: str) -> str:
        """Return a line with one text at its beginning and one at its end."""
        return f"{left} {'.' * (self.width - display_width(left) - len(right) - 2)} {right}"

    def first(self, work: Work, first: Cause, others: Iterable[Cause]) -> Iterator[Styled]:
        """Yield what to repair first, and the next causes in a line each."""
        yield "", ()
        yield ": ".join(filter(None, [f"  {phrases.REPAIR_FIRST}", phrases.where(work, first.place)])), ("bold",)
        if first.code and first.place:
            yield truncated(f"  {first.place.lineno:>6} | {printable(first.code)}", self.width), ()
        for line in first.what.split("\n"):
            yield from self._wrapped(printable(line), 4)
        yield from self._stuck(first)
        if first.advice:
            yield from self._wrapped(printable(hint(first.advice)), 4, style=("cyan",))
        if len(first.checks) > 1:
            yield from self._wrapped(phrases.explained(len(first.checks) - 1, is_certain=first.is_certain), 4)
        for number, cause in enumerate(others):
            if not number:
                yield f"  {phrases.THEN}:", ("bold",)
            yield truncated(f"    - {printable(told_cause(work, cause))}", self.width), ()

    def _stuck(self, cause: Cause) -> Iterator[Styled]:
        """Yield the table of a deadlock: who waits where for what, and why nobody ends that."""
        for row in cause.stuck[:MOST_STUCK]:
            first, *rest = wrapped(printable(str(row)), self.width - 6)
            yield f"    - {first}", ()
            for line in rest:
                yield f"      {line}", ()
        if len(cause.stuck) > MOST_STUCK:
            yield f"      {phrases.note(f'{len(cause.stuck) - MOST_STUCK} more')}", ()

    def check(self, work: Work, check: CheckResult) -> Iterator[Styled]:
        """Yield a check: its verdict, its points, its name and its line."""
        word = phrases.VERDICTS[check.verdict]
        word = word.upper() if check.verdict in _LOUD else word
        where = phrases.where(work, place_of(work, check))
        name = printable(f"{check.name} ({where})" if where else check.name)
        first, *rest = wrapped(name, self.width - 16) or [""]
        yield f"  {word:<8}{phrases.worth(check):<4} {first}", _STYLES[check.verdict]
        for line in rest:
            yield f"{'':15}{line}", _STYLES[check.verdict]

    def _reasons(self, work: Work, first: Cause | None) -> Iterator[Styled]:
        """Yield why each check was lost, unless that was told above or of the check before it."""
        told: set[Failure] = set()
        explained = first.checks if first else ()
        heading: list[Styled] = [("", ()), (f"  {phrases.WHY}:", ("bold",))]
        for check in work.checks:
            reason, is_explained = Reason.of(check), check in explained
            follows = is_explained and check is not explained[0] and not self.verbose
            if reason is None or follows or check.failure in told:
                continue
            told |= {check.failure} if check.failure else set()
            is_told = first is not None and (reason.sentence == first.what or (is_explained and first.is_certain))
            with_hint = not is_explained or (self.verbose and first is not None and not first.advice)
            lines = list(self.reason(check, reason, is_told=is_told, with_hint=with_hint))
            yield from [*heading, *lines] if lines else ()
            heading = [] if lines else heading

    def reason(
        self, check: CheckResult, reason: Reason, *, is_told: bool = False, with_hint: bool = True
    ) -> Iterator[Styled]:
        """Yield why a check was lost."""
        if is_told and not (reason.expected or reason.actual or reason.details or reason.flag):
            return
        first, *rest = wrapped(printable(_named(check.name, "" if is_told else reason.introduction)), self.width - 4)
        yield f"  - {first}", ()
        for line in rest:
            yield f"    {line}", ()
        if reason.rows and max(len(reason.expected), len(reason.actual)) > 1:
            yield from self._side_by_side(reason.rows)
        else:
            yield from self._values(phrases.EXPECTED, reason.expected)
            yield from self._values(phrases.ACTUAL, reason.actual)
        if reason.hint and with_hint:
            yield from self._wrapped(printable(hint(reason.hint)), 6, style=("cyan",))
        for line in reason.details.split("\n") if reason.details else ():
            yield f"      {printable(line)}", ("red",)
        if reason.flag:
            yield from self._wrapped(printable(reason.flag), 6, style=("yellow",))

    def _side_by_side(self, rows: list[Row]) -> Iterator[Styled]:
        """Yield the expected and the actual lines side by side, with a mark where they differ."""
        column = (self.width - 8) // 2
        most = 2 * (MOST_VALUES if self.verbose else FEW_VALUES)
        start = 0 if self.verbose else max(next((n for n, row in enumerate(rows) if not row.same), 0) - 2, 0)
        shown = rows[start : start + most]
        yield f"      {phrases.EXPECTED:<{column}} {phrases.ACTUAL}", ()
        if start:
            yield f"      {phrases.note(f'{start} that are as expected')}", ()
        for row in shown:
            cells = [folded(printable(text), column - 1) for text in row[:2]]
            for number, (left, right) in enumerate(zip_longest(*cells, fillvalue="")):
                mark = ">" if number == 0 and not row.same else " "
                yield f"    {mark} {padded(left, column)} {right}".rstrip(), ()
        if len(rows) > start + most:
            yield f"      {phrases.note(f'{len(rows) - start - most} more')}", ()

    def _values(self, title: str, values: tuple[QuotedLine, ...]) -> Iterator[Styled]:
        most = MOST_VALUES if self.verbose else FEW_VALUES
        for index, value in enumerate(values[:most]):
            for part, text in enumerate(folded(printable(str(value)), self.width - 16) or [""]):
                yield f"      {f'{title}:' if index == part == 0 else '':<10}{text}".rstrip(), ()
        if len(values) > most:
            yield f"{'':16}{phrases.note(f'{len(values) - most} more')}", ()

    def remarks(self, found: Iterable[Remark]) -> Iterator[Styled]:
        """Yield what else there is to know."""
        for remark in found:
            yield from self._wrapped(printable(str(remark)), 2, style=("yellow",) if remark.is_warning else ())

    def _findings(self, work: Work, told: Iterable[Cause]) -> Iterator[Styled]:
        """Yield the findings of the runs that were not told above, whether or not they cost points."""
        findings = other_findings(work, told)
        if findings:
            yield "", ()
            yield f"  {phrases.TO_LOOK_AT}:", ("bold",)
        for message, advice in explained(findings[:MOST_FINDINGS]):
            first, *rest = wrapped(printable(message), self.width - 4)
            yield f"  - {first}", ()
            for line in rest:
                yield f"    {line}", ()
            if advice:
                yield from self._wrapped(printable(advice), 4, style=("cyan",))
        if len(findings) > MOST_FINDINGS:
            yield f"    {phrases.note(f'{len(findings) - MOST_FINDINGS} more of these')}", ()

    def _happened(self, work: Work, first: Cause | None) -> Iterator[Styled]:
        """Yield what happened in the run that shows what to repair first; with `verbose` in all."""
        runs = work.runs_to_show(verbose=self.verbose)
        if not self.verbose:
            shown = first.run if first else None
            runs = [shown] if shown is not None else runs[:1]
            runs = [] if shown is not None and _is_told(shown) else runs
        for trace in runs:
            yield "", ()
            asked = printable(headline(trace) if self.verbose or trace.outcome == "finished" else trace.asked)
            yield from self._wrapped(f"{phrases.HAPPENED}: {asked}", 2, style=("bold",))
            for line in timeline(trace, width=self.width - 2, is_brief=not self.verbose):
                yield f"  {line}".rstrip(), ()

    def _wrapped(self, text: str, indent: int, *, style: Iterable[str] = ()) -> Iterator[Styled]:
        for line in wrapped(text, self.width - indent) or [""]:
            yield " " * indent + line, tuple(style)

    # -- several works

    def _table(self, grade: Grade) -> Iterator[Styled]:
        """Yield the table of students and exercises, in as many parts as its width needs."""
        scores = {(work.student, work.exercise): phrases.fraction(work) for work in grade.works}
        for student in grade.students:
            works = tuple(work for work in grade.works if work.student == student)
            scores[student, "total"] = phrases.fraction(replace(grade, works=works))
        width = max(display_width(_name(student)) for student in ("student", *grade.students))
        for columns in _parts([*grade.exercises, "total"], self.width - width):
            yield "", ()
            yield "  ".join(["student".ljust(width), *columns]), ("bold",)
            for student in grade.students:
                cells = [scores.get((student, column), "-").rjust(len(column)) for column in columns]
                yield "  ".join([padded(_name(student), width), *cells]), ()

    def _list(self, grade: Grade) -> Iterator[Styled]:
        yield "", ()
        for work in grade.works:
            number, rest = phrases.columns(work)
            yield f"{work.exercise:<40}{number:>4} {rest}", ()


def _named(name: str, sentence: str) -> str:
    return f"{name.rstrip('.')}: {sentence}" if sentence else name


def _is_told(run: Trace) -> bool:
    """Tell whether a run shows nothing more than what is told of its end: nothing had happened before."""
    return run.outcome != "finished" and not (run.partial.output or run.partial.elapsed)


def _cut(lines: list[Styled], most: int) -> list[Styled]:
    """Return lines; of too many the first, and how many were left out."""
    if len(lines) <= most:
        return lines
    return [*lines[: max(most - 1, 0)], (f"    {phrases.note(f'{len(lines) - most + 1} more lines with -v')}", ())]


def _title(work: Work) -> str:
    return phrases.title(replace(work, student=_name(work.student)))


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


def _total(grade: Grade) -> str:
    return phrases.total(grade) if grade.broken else f"total: {phrases.points(grade)}"
