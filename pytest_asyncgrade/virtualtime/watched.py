"""Clock readings that report what a busy wait waits for.

The comparison in ``while time.monotonic() < end: pass`` says when the loop will end.  A program that has read the clock
so often that it seems to wait busily gets readings of these types.  They are the same numbers, and so is what is
computed from them, but each comparison reports the moment at which it will turn out otherwise.
"""

from __future__ import annotations

from math import isfinite
from typing import Any, Protocol

from .instant import LATENESS_BITS, LATENESS_MASK, NANOSECONDS, Instant, Nanoseconds, Span, nanoseconds


class Watcher(Protocol):
    """What is told of comparisons: the spin detector."""

    @property
    def key(self) -> int:
        """The instant of the clock."""

    def awaits(self, ns: int, /) -> None:
        """Note the moment, in nanoseconds, at which a comparison will turn out otherwise."""


class _Watched:
    """A number that changes with the clock: ``sign * (ns - origin)`` nanoseconds at the moment `ns`."""

    _unit = NANOSECONDS
    """How many nanoseconds this number counts as one."""

    watcher: Watcher
    origin: int
    sign: int

    def _watch(self, watcher: Watcher, origin: int, sign: int) -> Any:
        self.watcher, self.origin, self.sign = watcher, origin, sign
        return self

    def _note(self, other: Any, *, strict: bool) -> None:
        """Report when this number will reach `other`, or with `strict` pass it."""
        limit = _in_nanoseconds(other, self._unit)
        order = self._order(other)  # type: ignore[attr-defined]  # of the number behind this
        if limit is None or order is None:
            return
        if order * self.sign < 0 or (strict and order == 0):
            self.watcher.awaits(self.origin + self.sign * limit)

    def __lt__(self, other: Any) -> bool:
        self._note(other, strict=self.sign < 0)
        return super().__lt__(other)  # type: ignore[misc,no-any-return]  # that of the number

    def __le__(self, other: Any) -> bool:
        self._note(other, strict=self.sign > 0)
        return super().__le__(other)  # type: ignore[misc,no-any-return]  # as above

    def __gt__(self, other: Any) -> bool:
        self._note(other, strict=self.sign > 0)
        return super().__gt__(other)  # type: ignore[misc,no-any-return]  # as above

    def __ge__(self, other: Any) -> bool:
        self._note(other, strict=self.sign < 0)
        return super().__ge__(other)  # type: ignore[misc,no-any-return]  # as above


def _in_nanoseconds(number: Any, unit: int) -> int | None:
    if isinstance(number, Instant):
        return number.key >> LATENESS_BITS
    if isinstance(number, int):
        return int(number) * unit
    if isinstance(number, float) and isfinite(number):
        return nanoseconds(number) if unit == NANOSECONDS else round(number)
    return None


class WatchedInstant(_Watched, Instant):
    """A reading in seconds."""

    @classmethod
    def read(cls, watcher: Watcher, offset: int) -> WatchedInstant:
        """Return what the clock reads, with an offset in nanoseconds."""
        key = watcher.key
        reading = cls(((key >> LATENESS_BITS) + offset) / NANOSECONDS)
        reading.key = key + (offset << LATENESS_BITS)
        return reading._watch(watcher, -offset, 1)  # type: ignore[no-any-return]  # itself

    def __sub__(self, other: Any) -> Any:
        return self._span(other, 1) if _in_nanoseconds(other, self._unit) is not None else super().__sub__(other)

    def __rsub__(self, other: Any) -> Any:
        return self._span(other, -1) if _in_nanoseconds(other, self._unit) is not None else super().__rsub__(other)

    def _span(self, other: Any, sign: int) -> WatchedSpan:
        """Return ``self - other``, or with `sign` -1 ``other - self``."""
        ns = _in_nanoseconds(other, self._unit) or 0
        span = WatchedSpan(sign * ((self.key >> LATENESS_BITS) - ns) / NANOSECONDS)
        span.late = sign * (self.late - getattr(other, "late", 0))
        return span._watch(self.watcher, self.origin + ns, sign)  # type: ignore[no-any-return]  # itself


class WatchedSpan(_Watched, Span):
    """The seconds between a reading and another moment."""


class WatchedNanoseconds(_Watched, Nanoseconds):
    """A reading, or the difference to one, in nanoseconds."""

    _unit = 1

    @classmethod
    def read(cls, watcher: Watcher, origin: int, sign: int = 1, late: float = 0) -> WatchedNanoseconds:
        """Return ``sign * (ns - origin)``, read at the clock's lateness less `late`."""
        key = watcher.key
        reading = cls(sign * ((key >> LATENESS_BITS) - origin))
        reading.late = sign * ((key & LATENESS_MASK) - late)
        return reading._watch(watcher, origin, sign)  # type: ignore[no-any-return]  # itself

    def __sub__(self, other: Any) -> Any:
        if isinstance(other, int) and self.sign > 0:
            return self.read(self.watcher, self.origin + int(other), 1, getattr(other, "late", 0))
        return super().__sub__(other)

    def __rsub__(self, other: Any) -> Any:
        if isinstance(other, int) and self.sign > 0:
            return self.read(self.watcher, self.origin + int(other), -1, getattr(other, "late", 0))
        return super().__rsub__(other)
