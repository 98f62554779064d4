"""What several formats say of a check, in the same words: lines of plain text that no terminal, log or reader obeys."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any, NamedTuple

from pytest_asyncgrade.grading import Verdict, withheld
from pytest_asyncgrade.trace.text import printable
from pytest_asyncgrade.trace.timeline import explained, headline, timeline

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from pytest_asyncgrade.grading import CheckResult, Failure, Grade, Work

MOST_VALUES = 50
LONGEST_NAME = 200
LONGEST_NOTE = 40
_GRADERS_MISTAKE = "This is a mistake in the grader, not in your program. For your teacher:"
_SAYS_NO_MORE = {
    Verdict.FAILED: "this check is lost; what it looks at is not shown",
    Verdict.ERROR: "this is a mistake in the grader, not in your program; --grade-reveal shows your teacher which",
    Verdict.NOT_RUN: "this check could not be run",
}
"""Of a check whose reason is not for everybody."""


class Entry(NamedTuple):
    """A check with its work, and a name that no other check of the grade has: one line, ready to be shown."""

    name: str
    work: Work
    check: CheckResult


def entries(grade: Grade) -> list[Entry]:
    """Return every check; where there are several works, its name begins with the student and the exercise."""
    found = [(work, check) for work in grade.works for check in work.checks]
    several = len(grade.works) > 1
    names = unique(f"{title(work)}: {_named(check)}" if several else _named(check) for work, check in found)
    return [Entry(name, work, check) for name, (work, check) in zip(names, found, strict=True)]


def title(work: Work) -> str:
    """Return what a work is called: by its exercise, and its student if there are several."""
    return one_line(f"{work.student}: {work.exercise}" if work.student else work.exercise)


def _named(check: CheckResult) -> str:
    many = "s" if check.points.points > 1 else ""
    return one_line(check.name) + (f" (bonus: {check.points.points} point{many})" if check.points.bonus else "")


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


def reasons(check: CheckResult) -> list[str]:
    """Return in lines why a check was not passed; none if it was."""
    if check.verdict is Verdict.PASSED:
        return []
    if check.failure is None:
        return [_SAYS_NO_MORE[check.verdict]]
    return list(_mistake(check.failure) if check.verdict is Verdict.ERROR else _failure(check.failure, check.verdict))


def _mistake(failure: Failure) -> Iterator[str]:
    yield _GRADERS_MISTAKE
    yield from lines_of(failure.traceback or failure.rationale)


def _failure(failure: Failure, verdict: Verdict) -> Iterator[str]:
    yield from lines_of(failure.rationale or _SAYS_NO_MORE[verdict])
    for heading, values in (("expected:", failure.expected), ("actual:", failure.actual)):
        yield from [heading, *(tame(f"  {value}") for value in some(values))] if values else []
    if failure.hint and verdict is Verdict.FAILED:
        yield tame(f"hint: {failure.hint}")
    yield from lines_of(flagged(failure))


def flagged(failure: Failure) -> str:
    """Return what a teacher should know of a lost check; empty if there is nothing."""
    return f"for your teacher: {failure.flag}" if failure.flag else ""


def looked_at(work: Work) -> list[str]:
    """Return in lines what there is to look at in a program, and the way out."""
    lines: list[str] = []
    for message, advice in explained(work.findings):
        lines += [f"- {message}", *([f"  {advice}"] if advice else [])]
    return [tame(line) for line in lines]


def happened(work: Work) -> list[str]:
    """Return in lines what the runs did on which something was lost."""
    lines: list[str] = []
    for trace in work.runs_to_show():
        lines += [*([""] if lines else []), headline(trace), *timeline(trace)]
    return [tame(line).rstrip() for line in lines]


def remarks(work: Work) -> list[str]:
    """Return in lines what else there is to know: checks and files that were left out, random values."""
    lines = [withheld(work)] if work.withheld else []
    lines += [f"{name} was left out: {reason}" for name, reason in work.left_behind.items()]
    if work.seed is not None and any(check.verdict is not Verdict.PASSED for check in work.checks):
        lines.append(f"with random values; --grade-seed={work.seed} gives the same ones again")
    return [tame(line) for line in lines]


def is_broken(graded: Grade | Work) -> bool:
    """Tell whether a grader's mistake is in it, so that there is no score."""
    return any(check.verdict is Verdict.ERROR for check in graded.checks)


def points(graded: Grade | Work) -> str:
    """Return a score in words; there is none where a grader is broken."""
    return "no points" if is_broken(graded) else f"{graded.score} of {graded.max_score} points"


def total(grade: Grade) -> str:
    """Return the whole score in words; of a grade that is none, why."""
    if not any(True for _ in grade.checks):
        return nothing(grade)
    return f"{points(grade)}: a grader is broken, so this is not a grade" if grade.broken else points(grade)


def nothing(grade: Grade) -> str:
    """Return why there is nothing to report."""
    left_out = f": nobody handed in {', '.join(map(one_line, grade.not_handed_in))}" if grade.not_handed_in else ""
    return f"nothing was graded{left_out}"


def some(values: tuple[str, ...]) -> list[str]:
    """Return the values; of too many the first, and how many were left out."""
    left = len(values) - MOST_VALUES
    return [*values[:MOST_VALUES], f"[... {left} more]"] if left > 0 else list(values)


def cut(text: str, most: int) -> str:
    """Return the text, at most so many characters of it (no fewer than `LONGEST_NOTE`), and how many were left out."""
    if len(text) <= most:
        return text
    kept = max(most - LONGEST_NOTE, 0)
    return "\n".join([*([text[:kept]] if kept else []), f"[... {len(text) - kept:,} more characters]"])


def one_line(text: str) -> str:
    """Return a name as one line of a length that fits everywhere."""
    line = tame(" ".join(text.split("\n")))
    return line if len(line) <= LONGEST_NAME else f"{line[: LONGEST_NAME - 3]}..."


def tame(line: str) -> str:
    r"""Return a line that no terminal obeys, and no log of GitHub Actions.

    There a line that begins with ``::name`` is a command, and so is ``##[name]`` anywhere in it.

    >>> tame("::error::x ##[group]\x1b")
    '\\::error::x ##\\[group]\\x1b'
    """
    line = printable(line).replace("##[", "##\\[")
    blanks = len(line) - len(line.lstrip())
    return f"{line[:blanks]}\\{line[blanks:]}" if line.startswith("::", blanks) else line


def lines_of(*texts: str) -> list[str]:
    """Return the lines of texts, each tame."""
    return [tame(line) for text in texts if text for line in text.split("\n")]


def inert(markup: str) -> str:
    """Return XML or HTML without a command of GitHub Actions, should it be printed there: the same to who reads it."""
    return re.sub(r"^(\s*):(?=:)", r"\1&#58;", markup.replace("##[", "#&#35;["), flags=re.MULTILINE)


def as_json(data: Any) -> str:
    """Return plain data, of any texts, as JSON: in ASCII, and no command of GitHub Actions in it."""
    return _harmless(json.dumps(data, indent=2))


def as_short_json(data: Any, *, indent: int | None = 2) -> str:
    """Return plain data, of printable texts, as JSON in as few bytes as can be, and no command in it either."""
    separators = (",", ":") if indent is None else None
    return _harmless(json.dumps(data, indent=indent, separators=separators, ensure_ascii=False))


def _harmless(text: str) -> str:
    return text.replace("##[", "#\\u0023[") + "\n"
