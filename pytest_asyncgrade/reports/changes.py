"""What a student is told after each save: what has changed since the last grading, and what to repair next."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pytest_asyncgrade.grading import Verdict, causes

from . import phrases
from .safe_text import one_line
from .terminal import WIDTH, Layout
from .view import MOST_CAUSES, Reason, remarks

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pytest_asyncgrade.grading import CheckResult, Work

    from .terminal import Styled


def changes(before: Work | None, after: Work, *, time: str = "", width: int = WIDTH) -> Iterator[Styled]:
    """Yield the report on a work, in lines that no log obeys.

    If there was no grading `before`, or one with other checks, all checks are shown.  `time` stands in the heading.
    """
    if before is not None and [check.nodeid for check in before.checks] != [check.nodeid for check in after.checks]:
        before = None
    layout = Layout.of(width)
    yield from layout.fitted(_lines(layout, before, after, time))


def _lines(layout: Layout, before: Work | None, after: Work, time: str) -> Iterator[Styled]:
    yield "", ()
    title = " ".join(filter(None, [time, one_line(phrases.title(after))]))
    yield layout.dotted(title, _points(before, after)), ("bold",)
    if before is None:
        for check in after.checks:
            yield from layout.check(after, check)
        yield from layout.remarks(remarks(after))
    else:
        yield from _changed(layout, before, after)
    for check in after.checks:
        if check.verdict is Verdict.ERROR and (reason := Reason.of(check)):
            yield from layout.reason(check, reason)
    found = causes(after)
    if found:
        yield from layout.first(after, found[0], found[1:MOST_CAUSES])
    elif not phrases.is_broken(after) and after.score >= after.max_score:
        yield f"  {phrases.ALL_EARNED}", ("green",)


def _points(before: Work | None, after: Work) -> str:
    """Return the points in words: ``3 -> 7 of 10 points`` if they have changed."""
    now = phrases.points(after)
    if before is None or phrases.points(before) == now or phrases.is_broken(before) or phrases.is_broken(after):
        return now
    return f"{before.score} -> {now}"


def _changed(layout: Layout, before: Work, after: Work) -> Iterator[Styled]:
    """Yield the checks of which more is earned than before, then those of which less is."""
    pairs = [(old, new) for old, new in zip(before.checks, after.checks, strict=True) if _rank(old) != _rank(new)]
    earned = [new for old, new in pairs if _rank(new) > _rank(old)]
    less = [new for old, new in pairs if _rank(new) < _rank(old)]
    lost = [new for new in less if new.verdict is Verdict.FAILED]
    for heading, found in ((phrases.NOW_EARNED, earned), (phrases.NOW_LOST, lost)):
        if found:
            yield f"  {heading}:", ("bold",)
        for check in found:
            yield from layout.check(after, check)
    if not_run := sum(new.verdict is Verdict.NOT_RUN for new in less):
        yield f"  {phrases.could_not_run(not_run)}", ("yellow",)
    if not pairs:
        yield f"  {phrases.UNCHANGED}", ()


def _rank(check: CheckResult) -> tuple[bool, float]:
    """Return what is compared: whether a check is passed, and what it has earned."""
    return check.verdict is Verdict.PASSED, check.score
