"""A page of Markdown, for the summary of a job, a release or a comment.

What is a student's stands in fences longer than any run of backticks in it, or with what could be markup escaped: so
it is text, whatever it is made of.  GitHub drops a summary of more than 1 MiB altogether, so long reasons are cut, and
then the last parts left out, with a note.
"""

from __future__ import annotations

import re
from itertools import chain
from typing import TYPE_CHECKING

from pytest_asyncgrade.grading import Verdict

from .words import cut, entries, happened, looked_at, one_line, points, reasons, remarks, title, total, unique

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pytest_asyncgrade.grading import CheckResult, Grade, Work

    from .about import About

MOST_BYTES = 1_000_000
MOST_REASONS = 600_000
LONGEST_REASON = 10_000
LONGEST_STORY = 20_000
_WORDS = {
    Verdict.PASSED: "ok", Verdict.FAILED: "**lost**", Verdict.ERROR: "**error**", Verdict.NOT_RUN: "**not run**"
}  # fmt: skip


def render(grade: Grade, _about: About) -> str:
    """Return the page."""
    number = max(len(entries(grade)), 1)
    longest = max(200, min(LONGEST_REASON, MOST_REASONS // number))
    return _fitting(chain(_head(grade), *(_work(work, longest) for work in grade.works)))


def _fitting(blocks: Iterator[str]) -> str:
    """Return as many blocks as fit, and how many do not."""
    shown: list[str] = []
    size = left = 0
    for block in blocks:
        size += len(block.encode())
        if size > MOST_BYTES:
            left += 1
        else:
            shown.append(block)
    if left:
        shown.append(f"\n[... {left:,} more parts were left out: there is no room for more than 1 MiB]\n")
    return "".join(shown)


def _head(grade: Grade) -> Iterator[str]:
    yield f"## {escaped(total(grade))}\n"
    if len(grade.works) > 1:
        yield "\n| | points |\n|---|---:|\n"
        yield from (f"| {escaped(title(work))} | {points(work).removesuffix(' points')} |\n" for work in grade.works)
    for slug in grade.not_handed_in:
        yield f"\n{escaped(one_line(slug))}: nobody handed it in, so it does not count.\n"
    for isolation in grade.isolations:
        yield f"\ngraded in isolation: {escaped(one_line(isolation))}\n"


def _work(work: Work, longest: int) -> Iterator[str]:
    """Yield the parts on a work, each whole in itself."""
    yield f"\n### {escaped(title(work))}: {points(work)}\n\n"
    yield "| | points | check |\n|---|---:|---|\n"
    names = unique(one_line(check.name) for check in work.checks)
    for check, name in zip(work.checks, names, strict=True):
        yield f"| {_WORDS[check.verdict]} | {_of(check)} | {escaped(name)} |\n"
    told: dict[str, list[str]] = {}
    for check, name in zip(work.checks, names, strict=True):
        if check.failure is not None:
            said = "\n".join(reasons(check))
            told.setdefault(said, []).append(f"{_WORDS[check.verdict]}: {escaped(name)}\n")
    for said, heads in told.items():
        yield "\n" + "\\\n".join(head.rstrip("\n") for head in heads) + "\n" + fenced(cut(said, longest))
    for heading, lines in (
        ("What to look at", looked_at(work)),
        ("What happened", happened(work)),
        ("To know", remarks(work)),
    ):
        if lines:
            yield f"\n#### {heading}\n" + fenced(cut("\n".join(lines), LONGEST_STORY))


def _of(check: CheckResult) -> str:
    return f"{check.score}/{check.points.points}" + (" bonus" if check.points.bonus else "")


def fenced(text: str) -> str:
    """Return a block of code that nothing in it can end."""
    runs = re.findall("`+", text)
    fence = "`" * max(3, 1 + max(map(len, runs), default=0))
    return f"\n{fence}text\n{text}\n{fence}\n"


def escaped(text: str) -> str:
    r"""Return a line as text that begins no line, by a backslash before what could be markup or a link.

    >>> escaped("<b> *now*")
    '\\<b\\> \\*now\\*'
    """
    return re.sub(r"[\\`*_{}\[\]<>#|~&@$/]|(?<=www)\.", r"\\\g<0>", text, flags=re.IGNORECASE)
