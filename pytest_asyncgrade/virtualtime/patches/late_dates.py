"""Moments and spans of `datetime` that know that they are a little late, like the numbers in `instant`.

``datetime.now()`` returns such a moment after a wait: it is printed, compared with ``==``, pickled and hashed like the
exact moment, but ordered after it, so that ``datetime.now() > created + lifetime`` is true as in real time.
"""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any

from pytest_asyncgrade.virtualtime.instant import LATENESS_BITS, dual

if TYPE_CHECKING:
    from pytest_asyncgrade.virtualtime.watched import Watcher

_MICROSECOND = dt.timedelta(microseconds=1)


class _LateInTime:
    """What both have in common; `datetime` counts microseconds, and moments that are closer count as one."""

    late: float = 0
    watcher: Watcher | None = None
    """What is told of comparisons, once the program seems to wait by them."""

    def __lt__(self, other: Any) -> Any:
        order = self._order(other)
        return super().__lt__(other) if order is None else order < 0  # type: ignore[misc]  # of the class behind

    def __le__(self, other: Any) -> Any:
        order = self._order(other)
        return super().__le__(other) if order is None else order <= 0  # type: ignore[misc]  # as above

    def __gt__(self, other: Any) -> Any:
        order = self._order(other)
        return super().__gt__(other) if order is None else order > 0  # type: ignore[misc]  # as above

    def __ge__(self, other: Any) -> Any:
        order = self._order(other)
        return super().__ge__(other) if order is None else order >= 0  # type: ignore[misc]  # as above

    def _order(self, other: Any) -> float | None:
        """Return a number less than, equal to or greater than 0; None to leave it to `datetime`."""
        try:
            apart = self._apart(other)
        except TypeError:
            return None
        if apart is None:
            return None
        if self.watcher is not None:
            self.watcher.awaits((self.watcher.key >> LATENESS_BITS) + abs(apart) // _MICROSECOND * 1000)
        late = getattr(other, "late", 0)
        if self.late != late and abs(apart) <= _MICROSECOND:
            return self.late - late
        return apart // _MICROSECOND

    def _apart(self, other: Any) -> dt.timedelta | None:
        raise NotImplementedError

    def _marked(self, made: Any, late: float) -> Any:
        """Return what was computed, with an infinitesimal part."""
        if not late and self.watcher is None:
            return made
        marked: Any
        if isinstance(made, dt.datetime):
            marked = moment(made, late)
        elif isinstance(made, dt.timedelta):
            marked = LateDelta(made.days, made.seconds, made.microseconds)
        else:
            return made
        marked.late, marked.watcher = late, self.watcher
        return marked

    def __add__(self, other: Any) -> Any:
        return self._marked(super().__add__(other), self.late + getattr(other, "late", 0))  # type: ignore[misc]  # as above

    __radd__ = __add__

    def __sub__(self, other: Any) -> Any:
        return self._marked(super().__sub__(other), self.late - getattr(other, "late", 0))  # type: ignore[misc]  # as above

    def __rsub__(self, other: Any) -> Any:
        return self._marked(super().__rsub__(other), getattr(other, "late", 0) - self.late)  # type: ignore[misc]  # as above

    def __repr__(self) -> str:
        return f"datetime.{super().__repr__()}"


class LateDelta(_LateInTime, dt.timedelta):
    """A span of time that is infinitesimally longer, or shorter, than it shows."""

    __hash__ = dt.timedelta.__hash__

    def _apart(self, other: Any) -> dt.timedelta | None:
        return dt.timedelta.__sub__(self, other) if isinstance(other, dt.timedelta) else None

    def __neg__(self) -> Any:
        return self._marked(super().__neg__(), -self.late)

    def __abs__(self) -> Any:
        return -self if self < dt.timedelta() else self

    def __mul__(self, other: Any) -> Any:
        return self._marked(super().__mul__(other), self.late * other)

    __rmul__ = __mul__

    def __truediv__(self, other: Any) -> Any:
        made = super().__truediv__(other)
        if isinstance(other, dt.timedelta):
            return dual(made, self.late / other.total_seconds())
        return self._marked(made, self.late / other)

    def total_seconds(self) -> float:
        """Return the seconds, a `Span`."""
        seconds: float = dual(super().total_seconds(), self.late)
        return seconds

    def __reduce__(self) -> Any:
        return dt.timedelta, (self.days, self.seconds, self.microseconds)


class LateDateTime(_LateInTime, dt.datetime):
    """A moment that is infinitesimally later than it shows."""

    __hash__ = dt.datetime.__hash__

    def _apart(self, other: Any) -> dt.timedelta | None:
        return dt.datetime.__sub__(self, other) if isinstance(other, dt.datetime) else None

    def replace(self, *args: Any, **keywords: Any) -> Any:
        """Return the moment with other fields, no less late."""
        return self._marked(_exact(self).replace(*args, **keywords), self.late)

    def astimezone(self, tz: dt.tzinfo | None = None) -> Any:
        """Return the same moment in another time zone."""
        return self._marked(_exact(self).astimezone(tz), self.late)

    def timestamp(self) -> float:
        """Return the seconds since the epoch, a `Span`."""
        seconds: float = dual(super().timestamp(), self.late)
        return seconds

    def __reduce_ex__(self, protocol: Any) -> Any:
        return _exact(self).__reduce_ex__(protocol)

    def __conform__(self, _protocol: object) -> str:
        """Let `sqlite3`, which knows exact types only, store it as it stores `datetime`."""
        return self.isoformat(" ")


for _kind, _exact_kind in ((LateDelta, dt.timedelta), (LateDateTime, dt.datetime)):
    for _name in ("__name__", "__qualname__", "__module__"):
        setattr(_kind, _name, getattr(_exact_kind, _name))


def moment(exact: dt.datetime, late: float) -> LateDateTime:
    """Return a moment with an infinitesimal part."""
    made = LateDateTime.combine(exact.date(), exact.timetz())
    made.late = late
    return made


def _exact(late: LateDateTime) -> dt.datetime:
    return dt.datetime.combine(late.date(), late.timetz())
