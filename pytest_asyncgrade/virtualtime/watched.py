"""Clock readings that notice what a busy wait waits for.

``while time.monotonic() < end: pass`` says in its comparison when it will end.  Once a program has read the clock so
often that it looks like a busy wait, it is handed readings of these types instead: they are the same numbers, and so is
what is computed from them, but to compare them tells the clock at which moment the comparison will turn out otherwise.
"""

from __future__ import annotations

from math import isfinite
from typing import TYPE_CHECKING, Any

from .instant import LATENESS_BITS, NANOSECONDS, Instant, nanoseconds

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
        if limit is None:
            return
        ahead: Any
        behind: Any
        ahead, behind = (self, other) if self.sign < 0 else (other, self)
        if float(behind) < float(ahead) or (strict and self == other):
            now = self.clock.ns
            self.clock.awaits(max(self.origin + self.sign * limit, now + 1))

    def __lt__(self, other: Any) -> bool:
        self._note(other, strict=self.sign < 0)
        return super().__lt__(other)  # type: ignore[misc,no-any-return]  # that of float or int

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
        return nanoseconds(float(number)) if unit == NANOSECONDS else round(number)
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
        ns = _in_nanoseconds(other, self._unit)
        if ns is None:
            return float.__sub__(self, other)
        return WatchedSpan.between(self, ns, 1)

    def __rsub__(self, other: Any) -> Any:
        ns = _in_nanoseconds(other, self._unit)
        if ns is None:
            return float.__rsub__(self, other)
        return WatchedSpan.between(self, ns, -1)


class WatchedSpan(_Watched, float):
    """The seconds between a reading and another moment."""

    @classmethod
    def between(cls, reading: WatchedInstant, ns: int, sign: int) -> WatchedSpan:
        """Return ``reading - ns``, or with `sign` -1 ``ns - reading``."""
        span = float.__new__(cls, sign * ((reading.key >> LATENESS_BITS) - ns) / NANOSECONDS)
        return span._watch(reading.clock, reading.origin + ns, sign)  # type: ignore[no-any-return]


class WatchedNanoseconds(_Watched, int):
    """A reading, or the difference to one, in nanoseconds."""

    _unit = 1

    @classmethod
    def of(cls, clock: VirtualClock, origin: int, sign: int = 1) -> WatchedNanoseconds:
        """Return ``sign * (clock.ns - origin)``."""
        return int.__new__(cls, sign * (clock.ns - origin))._watch(clock, origin, sign)  # type: ignore[no-any-return]

    def __sub__(self, other: Any) -> Any:
        if isinstance(other, int) and self.sign > 0:
            return self.of(self.clock, self.origin + int(other))
        return int.__sub__(self, other)

    def __rsub__(self, other: Any) -> Any:
        if isinstance(other, int) and self.sign > 0:
            return self.of(self.clock, self.origin + int(other), -1)
        return int.__rsub__(self, other)
