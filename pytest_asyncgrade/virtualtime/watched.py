"""Clock readings that notice what a busy wait waits for.

``while time.monotonic() < end: pass`` says in its comparison when it will end.  Once a program has read the clock so
often that it looks like a busy wait, it is handed readings of these types instead: they are the same numbers, and so is
what is computed from them, but to compare them tells the clock at which moment the comparison will turn out otherwise.
"""

from __future__ import annotations

from math import isfinite
from typing import TYPE_CHECKING, Any

from .instant import LATENESS_BITS, LATENESS_MASK, NANOSECONDS, Instant, Nanoseconds, Span, nanoseconds

if TYPE_CHECKING:
    from .clock import VirtualClock


class _Watched:
    """A number that changes with the clock: ``sign * (clock.ns - origin)`` nanoseconds."""

    _unit = NANOSECONDS
    """How many nanoseconds this number counts as one."""

    clock: VirtualClock
    origin: int
    sign: int

    def _watch(self, clock: VirtualClock, origin: int, sign: int) -> Any:
        self.clock, self.origin, self.sign = clock, origin, sign
        return self

    def _note(self, other: Any, *, strict: bool) -> None:
        """Tell the clock when this number will reach `other`, or with `strict` pass it."""
        limit = _in_nanoseconds(other, self._unit)
        order = self._order(other)  # type: ignore[attr-defined]  # of the number behind this
        if limit is None or order is None:
            return
        if order * self.sign < 0 or (strict and order == 0):
            self.clock.awaits(self.origin + self.sign * limit)

    def __lt__(self, other: Any) -> bool:
        self._note(other, strict=self.sign < 0)
        return super().__lt__(other)  # type: ignore[misc,no-any-return]  # that of the number

    def __le__(self, other: Any) -> bool:
        self._note(other, strict=self.sign > 0)
        return super().__le__(other)  # type: ignore[misc,no-any-return]

    def __gt__(self, other: Any) -> bool:
        self._note(other, strict=self.sign > 0)
        return super().__gt__(other)  # type: ignore[misc,no-any-return]

    def __ge__(self, other: Any) -> bool:
        self._note(other, strict=self.sign < 0)
        return super().__ge__(other)  # type: ignore[misc,no-any-return]


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
    def of(cls, clock: VirtualClock, offset: int) -> WatchedInstant:
        """Return what the clock reads, with an offset in nanoseconds."""
        reading = cls((clock.ns + offset) / NANOSECONDS)
        reading.key = clock.key + (offset << LATENESS_BITS)
        return reading._watch(clock, -offset, 1)  # type: ignore[no-any-return]

    def __sub__(self, other: Any) -> Any:
        return self._span(other, 1) if _in_nanoseconds(other, self._unit) is not None else super().__sub__(other)

    def __rsub__(self, other: Any) -> Any:
        return self._span(other, -1) if _in_nanoseconds(other, self._unit) is not None else super().__rsub__(other)

    def _span(self, other: Any, sign: int) -> WatchedSpan:
        """Return ``self - other``, or with `sign` -1 ``other - self``."""
        ns = _in_nanoseconds(other, self._unit) or 0
        span = WatchedSpan(sign * ((self.key >> LATENESS_BITS) - ns) / NANOSECONDS)
        span.late = sign * (self.late - getattr(other, "late", 0))
        return span._watch(self.clock, self.origin + ns, sign)  # type: ignore[no-any-return]


class WatchedSpan(_Watched, Span):
    """The seconds between a reading and another moment."""


class WatchedNanoseconds(_Watched, Nanoseconds):
    """A reading, or the difference to one, in nanoseconds."""

    _unit = 1

    @classmethod
    def of(cls, clock: VirtualClock, origin: int, sign: int = 1, late: float = 0) -> WatchedNanoseconds:
        """Return ``sign * (clock.ns - origin)``, read at the clock's lateness less `late`."""
        reading = cls(sign * (clock.ns - origin))
        reading.late = sign * ((clock.key & LATENESS_MASK) - late)
        return reading._watch(clock, origin, sign)  # type: ignore[no-any-return]

    def __sub__(self, other: Any) -> Any:
        if isinstance(other, int) and self.sign > 0:
            return self.of(self.clock, self.origin + int(other), 1, getattr(other, "late", 0))
        return super().__sub__(other)

    def __rsub__(self, other: Any) -> Any:
        if isinstance(other, int) and self.sign > 0:
            return self.of(self.clock, self.origin + int(other), -1, getattr(other, "late", 0))
        return super().__rsub__(other)
