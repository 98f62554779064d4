"""Where each student stands: the graded works, with the rules of the class applied."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from .statuses import Status

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping
    from datetime import timedelta

    from .index import Row
    from .policy import Policy


@dataclass(frozen=True, slots=True, eq=False)
class Counted:
    """The attempt at an exercise that counts, and what it is worth in the end."""

    row: Row
    points: float | None
    """None if there are no points to rely on."""
    late: timedelta
    copied_from: tuple[str, ...] = ()
    """The students whose program is the same."""
    rules: tuple[str, ...] = ()
    """What the rules of the class did to the points."""

    @property
    def statuses(self) -> tuple[str, ...]:
        """The status, then all else that a teacher should know in a word or two."""
        found = [self.row.status, *filter(None, [self.lateness])]
        found += ["looks copied"] if self.copied_from else []
        found += ["needs a look"] if self.row.integrity else []
        return tuple(found)

    @property
    def lateness(self) -> str:
        """How late it is, as far as that is known; empty if it is in time."""
        if self.late:
            return f"late by {span(self.late)}"
        return "late" if self.row.is_late else ""

    @property
    def remarks(self) -> tuple[str, ...]:
        """All that there is to say, in sentences."""
        copied = [f"the same program as {', '.join(self.copied_from)}"] if self.copied_from else []
        reason = [self.row.reason.partition("\n")[0]] if self.row.reason else []
        return (*reason, *self.rules, *copied, *self.row.integrity, *self.row.notes)


@dataclass(frozen=True, slots=True, eq=False)
class Standing:
    """A student, and what they have earned, by exercise."""

    student: str
    ident: str
    folder: str
    works: Mapping[str, Counted] = field(default_factory=dict)

    @property
    def points(self) -> float | None:
        """The sum; None if a part of it cannot be relied on."""
        points = [work.points for work in self.works.values()]
        return None if None in points else round(sum(filter(None, points)), 6)

    @property
    def maximum(self) -> float:
        """The most that can be earned."""
        return sum(work.row.max_score for work in self.works.values())


def standings(rows: Iterable[Row], policy: Policy, starters: Collection[str] = ()) -> list[Standing]:
    """Return the standing of each student, in the order of the rows.

    `starters` are the digests of starters: who hands one in unchanged has copied from nobody.
    """
    rows = list(rows)
    authors: dict[tuple[str, str], list[str]] = defaultdict(list)
    for row in rows:
        if row.program and row.program not in starters and row.student not in authors[row.exercise, row.program]:
            authors[row.exercise, row.program].append(row.student)
    works: dict[str, dict[str, list[Row]]] = defaultdict(lambda: defaultdict(list))
    for row in rows:
        works[row.student][row.exercise].append(row)
    return [_standing(exercises, policy, authors) for exercises in works.values()]


def _standing(
    exercises: Mapping[str, list[Row]], policy: Policy, authors: Mapping[tuple[str, str], list[str]]
) -> Standing:
    """Return the standing of the student whose rows these are."""
    one = next(iter(exercises.values()))[0]
    works = {slug: _counted(attempts, policy, authors) for slug, attempts in exercises.items()}
    return Standing(one.student, one.ident, one.folder, works)


def _counted(attempts: list[Row], policy: Policy, authors: Mapping[tuple[str, str], list[str]]) -> Counted:
    """Return the attempt that counts: the best, or the last one at which something was handed in."""
    judged = [(row, *_judged(row, policy)) for row in attempts]
    there = [one for one in judged if one[0].status != Status.MISSING] or judged
    best = max(there, key=lambda one: -1.0 if one[1] is None else one[1]) if policy.best else there[-1]
    row, points, late, rules = best
    others = tuple(name for name in authors.get((row.exercise, row.program), ()) if name != row.student)
    override = policy.overrides.get((row.student, row.exercise)) or policy.overrides.get((row.ident, row.exercise))
    if override is not None:
        points, rules = override.points, [*rules, f"{number(override.points)} points by hand: {override.reason}"]
    return Counted(row, points, late, others, tuple(rules))


def _judged(row: Row, policy: Policy) -> tuple[float | None, timedelta, list[str]]:
    """Return the points of an attempt, how late it is, and what that costs."""
    late = policy.lateness(row.student, row.submitted)
    if row.status == Status.NOT_GRADED:
        return None, late, []
    percent = policy.percent_lost(late)
    if not percent or row.status == Status.MISSING:
        return row.score, late, []
    lost = min(row.max_score * percent / 100, row.score)
    return row.score - lost, late, [f"{number(percent)} % of {number(row.max_score)} points off"]


def number(value: float) -> str:
    """Return points with at most two decimals.

    >>> number(7.0), number(7.25), number(10 / 3)
    ('7', '7.25', '3.33')
    """
    return f"{value:.2f}".rstrip("0").rstrip(".")


def span(late: timedelta) -> str:
    """Return a length of time in its two largest units.

    >>> from datetime import timedelta
    >>> span(timedelta(hours=26)), span(timedelta(seconds=90))
    ('1 d 2 h', '1 min 30 s')
    """
    left, parts = int(late.total_seconds()), []
    for unit, seconds in (("d", 86_400), ("h", 3_600), ("min", 60), ("s", 1)):
        count, left = divmod(left, seconds)
        if count:
            parts.append(f"{count} {unit}")
    return " ".join(parts[:2]) or "0 s"
