"""A page of Markdown, for the summary of a job, a release or a comment.

A student's text is fenced by more backticks than there are in a row in it, or its markup is escaped: so it remains
text, whatever it contains.  GitHub drops a summary of more than 1 MiB, so long reasons are shortened, and then the last
parts are left out, with a note.
"""

from __future__ import annotations

import re
from itertools import chain
from typing import TYPE_CHECKING

from pytest_asyncgrade.grading import Verdict

from . import phrases
from .safe_text import one_line, tame
from .view import Reason, happened, looked_at, shortened, to_know, to_repair, unique

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pytest_asyncgrade.grading import Grade, Work

    from .about import About

MOST_BYTES = 1_000_000
"""Largest page, in bytes."""
MOST_REASONS = 600_000
"""Longest total of all reasons, in characters."""
LONGEST_REASON = 10_000
"""Longest reason of a check, in characters."""
LONGEST_STORY = 20_000
"""Longest part on what happened, in characters."""
_WORDS = {verdict: word if verdict is Verdict.PASSED else f"**{word}**" for verdict, word in phrases.VERDICTS.items()}


def render(grade: Grade, about: About) -> str:
    """Return the page."""
    number = max(sum(1 for _ in grade.checks), 1)
    longest = max(200, min(LONGEST_REASON, MOST_REASONS // number))
    return _fitting(chain(_head(grade, about), *(_work(work, longest) for work in grade.works)))


def _fitting(blocks: Iterator[str]) -> str:
    """Return as many blocks as fit, with a note on the others."""
    shown: list[str] = []
    size = left = 0
    for block in blocks:
        size += len(block.encode())
        if size > MOST_BYTES:
            left += 1
        else:
            shown.append(block)
    if left:
        note = phrases.note(f"{left:,} more parts were left out: there is no room for more than 1 MiB")
        shown.append(f"\n{note}\n")
    return "".join(shown)


def _head(grade: Grade, about: About) -> Iterator[str]:
    yield f"## {escaped(phrases.total(grade))}\n"
    yield from (f"\n{escaped(one_line(note))}\n" for note in about.notes)
    if len(grade.works) > 1:
        yield "\n| | points |\n|---|---:|\n"
        yield from (f"| {_title(work)} | {phrases.score(work)} |\n" for work in grade.works)
    for slug in grade.not_handed_in:
        yield f"\n{phrases.not_handed_in(escaped(one_line(slug)))}\n"
    for isolation in grade.isolations:
        yield f"\n{phrases.isolated(escaped(one_line(isolation)))}\n"


def _work(work: Work, longest: int) -> Iterator[str]:
    """Yield the blocks on a work, each of which can stand alone."""
    yield f"\n### {_title(work)}: {phrases.points(work)}\n\n"
    if repair := to_repair(work):
        yield f"#### {phrases.REPAIR_FIRST}\n" + fenced(shortened("\n".join(repair), longest)) + "\n"
    yield "| | points | check |\n|---|---:|---|\n"
    names = unique(one_line(check.name) for check in work.checks)
    for check, name in zip(work.checks, names, strict=True):
        yield f"| {_WORDS[check.verdict]} | {phrases.worth(check)} | {escaped(name)} |\n"
    told: dict[str, list[str]] = {}
    for check, name in zip(work.checks, names, strict=True):
        reason = Reason.of(check)
        if reason is not None and check.failure is not None:
            said = "\n".join(map(tame, reason.texts()))
            told.setdefault(said, []).append(f"{_WORDS[check.verdict]}: {escaped(name)}\n")
    for said, heads in told.items():
        yield "\n" + "\\\n".join(head.rstrip("\n") for head in heads) + "\n" + fenced(shortened(said, longest))
    for heading, lines in (
        (phrases.TO_LOOK_AT, looked_at(work)),
        (phrases.HAPPENED, happened(work)),
        (phrases.TO_KNOW, to_know(work)),
    ):
        if lines:
            yield f"\n#### {heading}\n" + fenced(shortened("\n".join(lines), LONGEST_STORY))


def _title(work: Work) -> str:
    return escaped(one_line(phrases.title(work)))


def fenced(text: str) -> str:
    """Return a block of code that its text cannot end."""
    runs = re.findall("`+", text)
    fence = "`" * max(3, 1 + max(map(len, runs), default=0))
    return f"\n{fence}text\n{text}\n{fence}\n"


def escaped(text: str) -> str:
    r"""Return text for the middle of a line, with a backslash before all that could be markup or a link.

    >>> escaped("<b> *now*")
    '\\<b\\> \\*now\\*'
    """
    return re.sub(r"[\\`*_{}\[\]<>#|~&@$/]|(?<=www)\.", r"\\\g<0>", text, flags=re.IGNORECASE)
