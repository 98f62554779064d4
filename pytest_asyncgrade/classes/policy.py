"""The rules of a class: ``class.toml``, and points by hand, ``overrides.csv``.

```toml
due = 2026-03-01T23:59:00+01:00

[late]
grace = "15 min"      # nothing is taken off within this time
penalty = 10          # percent of the points that an exercise is worth, for each begun `per`
per = "day"           # or "hour"
most = 50             # percent, at most

[extensions]          # more time for one student, or another date
"Ada Lovelace" = "3 days"
ben = 2026-03-09T12:00:00+01:00

[attempts]
count = "last"        # or "best"
```
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from pytest_asyncgrade import tables
from pytest_asyncgrade.errors import UsageError
from pytest_asyncgrade.tables import Key

from .sheets import read_rows

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

_SPAN = re.compile(r"(\d+(?:\.\d+)?) ?(min|minutes?|h|hours?|d|days?)")
_UNITS = {"m": "minutes", "h": "hours", "d": "days"}
_PER = {"day": timedelta(days=1), "hour": timedelta(hours=1)}


def _span(text: object) -> timedelta | None:
    """Return a length of time such as ``3 days``; None if it is none."""
    match = _SPAN.fullmatch(text) if isinstance(text, str) else None
    return timedelta(**{_UNITS[match[2][0]]: float(match[1])}) if match else None


def _is_moment(value: object) -> bool:
    return isinstance(value, datetime) and value.tzinfo is not None


def _is_percent(value: object) -> bool:
    return type(value) in {int, float} and 0 <= float(str(value)) <= 100  # noqa: PLR2004  # percent


_LATE = {
    "grace": Key(lambda value: _span(value) is not None, "give a time such as '15 min' or '2 h'", "0 min"),
    "penalty": Key(_is_percent, "give percent, from 0 to 100", 0),
    "per": Key(lambda value: value in list(_PER), "give 'day' or 'hour'", "day"),
    "most": Key(_is_percent, "give percent, from 0 to 100", 100),
}
_ATTEMPTS = {"count": Key(lambda value: value in {"last", "best"}, "give 'last' or 'best'", "last")}
_TABLES = ("due", "late", "extensions", "attempts")


@dataclass(frozen=True, slots=True)
class Override:
    """Points that a teacher gives by hand."""

    points: float
    reason: str


@dataclass(frozen=True, slots=True)
class Policy:
    """What `class.toml` and `overrides.csv` say."""

    due: datetime | None = None
    grace: timedelta = timedelta()
    penalty: float = 0.0
    """Percent of an exercise's points for each begun `per`."""
    per: timedelta = _PER["day"]
    most: float = 100.0
    extensions: Mapping[str, timedelta | datetime] = field(default_factory=dict)
    best: bool = False
    """Whether the best attempt counts, not the last one."""
    overrides: Mapping[tuple[str, str], Override] = field(default_factory=dict)
    """By student and exercise."""

    @classmethod
    def read(cls, settings: Path | None, overrides: Path | None) -> Policy:
        """Return the rules in these files, where there are any; UsageError if one is wrong."""
        given = tables.load(settings) if settings else {}
        for name in given:
            if name not in _TABLES:
                tables.refuse_name(name, str(settings), tables.listed(_TABLES))
        due = given.get("due")
        if due is not None and not _is_moment(due):
            tables.refuse_value(
                "due", due, str(settings), "give a date and time with its zone: 2026-03-01T23:59:00+01:00"
            )
        late = tables.read(_table(given, "late", settings), _LATE, f"{settings}, [late]")
        attempts = tables.read(_table(given, "attempts", settings), _ATTEMPTS, f"{settings}, [attempts]")
        if late["penalty"] and due is None:
            msg = f"{settings}, [late]: a penalty needs the time that the work is due: due = 2026-03-01T23:59:00+01:00"
            raise UsageError(msg)
        grace = _span(late["grace"]) or timedelta()
        extensions = _extensions(_table(given, "extensions", settings), f"{settings}, [extensions]")
        return cls(
            due, grace, float(late["penalty"]), _PER[late["per"]], float(late["most"]), extensions,
            attempts["count"] == "best", _overrides(overrides) if overrides else {},
        )  # fmt: skip

    def lateness(self, student: str, submitted: datetime | None) -> timedelta:
        """Return how late a work is, the grace included; nothing if it is in time, or if a time is not known."""
        due = self._due(student)
        if due is None or submitted is None or submitted <= due + self.grace:
            return timedelta()
        return submitted - due

    def _due(self, student: str) -> datetime | None:
        more = self.extensions.get(student)
        if isinstance(more, timedelta):
            return self.due + more if self.due else None
        return more or self.due

    def percent_lost(self, lateness: timedelta) -> float:
        """Return the percent of an exercise's points that a work loses for being late."""
        if not lateness:
            return 0.0
        return min(self.penalty * math.ceil(lateness / self.per), self.most)


def _table(given: Mapping[str, Any], name: str, settings: Path | None) -> Mapping[str, Any]:
    table: Any = given.get(name, {})
    if not isinstance(table, dict):
        tables.refuse_value(name, table, str(settings), f"write it as a table, [{name}]")
    return table


def _extensions(given: Mapping[str, Any], where: str) -> dict[str, timedelta | datetime]:
    extensions: dict[str, timedelta | datetime] = {}
    for student, value in given.items():
        more = value if _is_moment(value) else _span(value)
        if more is None:
            tables.refuse_value(student, value, where, "give more time ('3 days'), or a date and time with its zone")
        extensions[student] = more
    return extensions


def _overrides(path: Path) -> dict[tuple[str, str], Override]:
    """Read the table of points by hand: student, exercise, points, reason."""
    found: dict[tuple[str, str], Override] = {}
    for number, cell in enumerate(read_rows(path), start=2):
        if missing := [name for name in ("student", "exercise", "points", "reason") if not cell.get(name)]:
            msg = f"{path}, line {number}: {missing[0]} is missing; a row is student, exercise, points, reason"
            raise UsageError(msg)
        try:
            points = float(cell["points"])
        except ValueError:
            points = math.nan
        if not math.isfinite(points):
            msg = f"{path}, line {number}: points {cell['points']!r}: give a number"
            raise UsageError(msg)
        found[cell["student"], cell["exercise"]] = Override(points, cell["reason"])
    return found
