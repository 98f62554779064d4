"""One view of a grade, which all formats render: what is told of a work and of a check, and in which order.

Its texts are not harmless yet: each format neutralizes them in its own way.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from pytest_asyncgrade.grading import Verdict, causes, side_by_side
from pytest_asyncgrade.trace.timeline import explained, headline, timeline

from . import phrases
from .safe_text import one_line, tame

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from pytest_asyncgrade.grading import Cause, CheckResult, Failure, Grade, Row, Work
    from pytest_asyncgrade.trace import Finding, QuotedLine, Trace

MOST_VALUES = 50
"""Number of lines of what was expected, or came, that are shown of one check."""
MOST_CAUSES = 3
"""Number of causes that are told: the first at length, the others in a line each."""
LONGEST_NOTE = 40
"""Room for the note that something was left out, in characters."""


@dataclass(frozen=True, slots=True)
class Reason:
    """Why a check was not passed, part by part."""

    sentence: str
    expected: tuple[QuotedLine, ...] = ()
    actual: tuple[QuotedLine, ...] = ()
    hint: str = ""
    lead: str = ""
    """What leads over from the sentence to the details."""
    details: str = ""
    """For the teacher: where a grader went wrong."""
    flag: str = ""
    """For the teacher: how the check could not cope with what the program did."""

    @classmethod
    def of(cls, check: CheckResult) -> Reason | None:
        """Return what a reader is told; None for a check that was passed."""
        if check.verdict is Verdict.PASSED:
            return None
        failure = check.failure
        if failure is None:
            return cls(phrases.WITHOUT_REASON[check.verdict])
        if check.verdict is Verdict.ERROR:
            return cls(phrases.MISTAKE, lead=phrases.FOR_TEACHER, details=failure.traceback or failure.rationale)
        return cls(
            failure.rationale or phrases.WITHOUT_REASON[check.verdict],
            failure.expected,
            failure.actual,
            failure.hint if check.verdict is Verdict.FAILED else "",
            flag=phrases.flagged(failure),
        )

    @classmethod
    def whole(cls, failure: Failure) -> Reason:
        """Return all of a failure, whomever it is for."""
        return cls(
            failure.rationale,
            failure.expected,
            failure.actual,
            failure.hint,
            details=failure.traceback,
            flag=phrases.flagged(failure),
        )

    @property
    def introduction(self) -> str:
        """The sentence, and whom the details are for."""
        return f"{self.sentence} {self.lead}" if self.lead else self.sentence

    @property
    def rows(self) -> list[Row]:
        """The expected and the actual lines side by side; none if one of the two is missing."""
        return list(side_by_side(self.expected, self.actual)) if self.expected and self.actual else []

    def texts(self, most: int | None = MOST_VALUES) -> Iterator[str]:
        """Yield all of it as text, each value on a line; at most so many values of a kind."""
        yield from self.introduction.split("\n")
        for heading, values in ((phrases.EXPECTED, self.expected), (phrases.ACTUAL, self.actual)):
            if values:
                yield f"{heading}:"
                yield from (f"  {value}" for value in some(values, most))
        if self.hint:
            yield hint(self.hint)
        for text in filter(None, (self.details, self.flag)):
            yield from text.split("\n")


def said_of(cause: Cause) -> str:
    """Return one cause in a sentence."""
    return str(cause.stuck[0]) if cause.stuck else cause.what


def told_cause(work: Work, cause: Cause) -> str:
    """Return one cause in a sentence, with its line: ``line 12: TypeError: ...``."""
    return ": ".join(filter(None, [phrases.where(work, cause.place), said_of(cause)]))


def other_findings(work: Work, told: Iterable[Cause]) -> list[Finding]:
    """Return the findings of a work without those that are told as causes."""
    known = {cause.what for cause in told}
    return [finding for finding in work.findings if finding.message not in known]


def hint(text: str) -> str:
    """Return a hint with what it is."""
    return f"{phrases.HINT}: {text}"


def some(values: tuple[object, ...], most: int | None = MOST_VALUES) -> list[str]:
    """Return values as text; of too many the first, and how many were left out."""
    left = 0 if most is None else max(len(values) - most, 0)
    return [*map(str, values[:most]), *([phrases.note(f"{left} more")] if left else [])]


class Remark(NamedTuple):
    """Something to know of a work, in parts: every second one is what to type."""

    parts: tuple[str, ...]
    is_warning: bool

    def __str__(self) -> str:
        return "".join(self.parts)


def remarks(work: Work) -> list[Remark]:
    """Return what else there is to know: what was left out or run again, and to a teacher what is worth a look."""
    found = [Remark((phrases.withheld(work.withheld),), is_warning=True)] if work.withheld else []
    for name, reason in work.left_behind.items():
        found.append(Remark((phrases.left_out(name, reason),), is_warning=True))
    found += [Remark((phrases.worth_a_look(flag),), is_warning=True) for flag in work.integrity]
    lost = [run for run in work.runs.values() if run.lost_runs]
    found += [Remark((phrases.run_again(run.asked, run.lost_runs),), is_warning=True) for run in lost]
    if work.seed is not None and any(check.verdict is not Verdict.PASSED for check in work.checks):
        found.append(Remark(phrases.seeded(work.seed), is_warning=False))
    return found


def findings_as_text(findings: Iterable[Finding]) -> Iterator[str]:
    """Yield what there is to look at in a program, and the way out, line by line."""
    for message, advice in explained(findings):
        yield f"- {message}"
        if advice:
            yield f"  {advice}"


def runs_as_text(runs: Iterable[Trace]) -> Iterator[str]:
    """Yield what happened in each run, line by line."""
    for number, trace in enumerate(runs):
        yield from [""] if number else []
        yield headline(trace)
        yield from timeline(trace)


def to_repair(work: Work) -> list[str]:
    """Return what to repair first, with its line, and the next causes in a line each, in tame lines."""
    found = causes(work)[:MOST_CAUSES]
    return [tame(one_line(line)) for line in _repair(work, found[0], found[1:])] if found else []


def _repair(work: Work, first: Cause, others: Iterable[Cause]) -> Iterator[str]:
    yield from filter(None, [": ".join(filter(None, [phrases.where(work, first.place), first.code]))])
    yield from first.what.split("\n")
    yield from (f"- {row}" for row in first.stuck)
    if first.advice:
        yield hint(first.advice)
    if len(first.checks) > 1:
        yield phrases.explained(len(first.checks) - 1, is_certain=first.is_certain)
    yield from (f"{phrases.THEN.lower()}: {told_cause(work, cause)}" for cause in others)


def looked_at(work: Work) -> list[str]:
    """Return what else there is to look at in a program, and the way out, in tame lines."""
    return [tame(line) for line in findings_as_text(other_findings(work, causes(work)[:MOST_CAUSES]))]


def happened(work: Work) -> list[str]:
    """Return what the runs did on which something was lost, in tame lines."""
    return [tame(line).rstrip() for line in runs_as_text(work.runs_to_show())]


def to_know(work: Work) -> list[str]:
    """Return what else there is to know, in tame lines."""
    return [tame(str(remark)) for remark in remarks(work)]


class NamedCheck(NamedTuple):
    """A check with its work, and a name that no other check of the grade has: one line, ready to be shown."""

    name: str
    work: Work
    check: CheckResult

    @property
    def reason(self) -> list[str]:
        """Why it was not passed, in tame lines; none if it was."""
        reason = Reason.of(self.check)
        return [] if reason is None else [tame(text) for text in reason.texts()]


def named_checks(grade: Grade) -> list[NamedCheck]:
    """Return every check; where there are several works, its name begins with the student and the exercise."""
    found = [(work, check) for work in grade.works for check in work.checks]
    several = len(grade.works) > 1
    plain = (one_line(phrases.name_with_bonus(check)) for _, check in found)
    names = unique(
        f"{one_line(phrases.title(work))}: {name}" if several else name
        for (work, _), name in zip(found, plain, strict=True)
    )
    return [NamedCheck(name, work, check) for name, (work, check) in zip(names, found, strict=True)]


def unique(names: Iterable[str]) -> list[str]:
    """Return the names, those that were there before with a number.

    >>> unique(["it naps", "it naps", "it ends"])
    ['it naps', 'it naps (2)', 'it ends']
    """
    taken: dict[str, int] = {}
    for name in names:
        number, free = taken.get(name, 0), name
        while free in taken:
            number += 1
            free = f"{name} ({number})"
        taken[name] = number or 1
        taken.setdefault(free, 1)
    return list(taken)


def shortened(text: str, most: int) -> str:
    """Return the text, or at most so many characters (no fewer than `LONGEST_NOTE`) that say how many were left out."""
    if len(text) <= most:
        return text
    kept = max(most - LONGEST_NOTE, 0)
    return "\n".join([*([text[:kept]] if kept else []), phrases.note(f"{len(text) - kept:,} more characters")])


def story(grade: Grade) -> Iterator[str]:
    """Yield in tame lines what to know of a grade besides the checks: how it was isolated, what happened."""
    for isolation in grade.isolations:
        yield tame(phrases.isolated(isolation))
    for work in grade.works:
        title = one_line(phrases.title(work))
        for headings, lines in (
            ([f"{title}: {phrases.REPAIR_FIRST}"], to_repair(work)),
            ([], to_know(work)),
            ([f"{title}: {phrases.TO_LOOK_AT}"], looked_at(work)),
            ([f"{title}: {phrases.HAPPENED}"], happened(work)),
        ):
            if lines:
                yield from ["", *headings, *lines]


def told(grade: Grade, most: int) -> str:
    """Return the story as one text of at most so many characters; empty if there is nothing to know."""
    return shortened("\n".join(story(grade)).strip("\n"), most)


def share(grade: Grade) -> float:
    """Return the part of the points that was earned, from 0 to 1; a bonus makes up for what was lost and no more."""
    return min(1.0, round(grade.score / grade.max_score, 6)) if grade.max_score else 0.0


def longest_reason(count: int, most: int, one: int) -> int:
    """Return how long each of `count` reasons may be, in characters, if all may have `most` and each `one`."""
    return min(one, max(100, most // max(count, 1)))
