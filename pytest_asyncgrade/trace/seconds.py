"""Times in seconds, which equal what a teacher writes for them."""

from __future__ import annotations

import math
from heapq import heappop, heappush
from typing import Self

from .plain import number

_NANOSECOND = 1e-9


class Seconds(float):
    """A moment or a duration in seconds, known to the nanosecond, that shows its unit: ``6 s``.

    It equals every number within a nanosecond, and so do its sums and differences: a wait of a random time takes as
    long as it says.  Each of the `waits` in a row that led up to it was rounded up to the next nanosecond, so it equals
    every number within as many nanoseconds.  Its hash is that of the exact number.

    >>> Seconds(0.3) == 0.1 + 0.2, Seconds(0.3) < 0.1 + 0.2, Seconds(1.1) - Seconds(0.1) == 1, Seconds(1.00000001) == 1
    (True, False, True, False)
    >>> Seconds(1.000000003, waits=3) == 1, Seconds(1.000000003, waits=2) == 1
    (True, False)
    """

    __slots__ = ("waits",)
    waits: int

    def __new__(cls, seconds: float = 0.0, waits: int = 1) -> Self:
        """Return seconds that a number of waits in a row led up to."""
        new = super().__new__(cls, seconds)
        new.waits = waits
        return new

    @classmethod
    def of(cls, nanoseconds: int, waits: int = 1) -> Self:
        """Return so many nanoseconds."""
        return cls(nanoseconds / 1_000_000_000, waits)

    def __eq__(self, other: object) -> bool:
        equal = float.__eq__(self, other)
        return self._is_near(other) if equal is False and isinstance(other, int | float) else equal

    def _is_near(self, other: float) -> bool:
        try:
            distance = abs(float(self) - float(other))
        except OverflowError:  # a whole number larger than any float
            return False
        most = _NANOSECOND * max(1, self.waits, _waits(other)) + math.ulp(self)
        return math.isfinite(distance) and distance <= most

    def __ne__(self, other: object) -> bool:
        equal = self.__eq__(other)
        return equal if equal is NotImplemented else not equal

    def __lt__(self, other: float) -> bool:
        return self != other and float.__lt__(self, other)

    def __le__(self, other: float) -> bool:
        return self == other or float.__le__(self, other)

    def __gt__(self, other: float) -> bool:
        return self != other and float.__gt__(self, other)

    def __ge__(self, other: float) -> bool:
        return self == other or float.__ge__(self, other)

    __hash__ = float.__hash__

    def __add__(self, other: float) -> Seconds:
        return _seconds(float.__add__(self, other), self.waits + _waits(other))

    def __radd__(self, other: float) -> Seconds:
        return _seconds(float.__radd__(self, other), self.waits + _waits(other))

    def __sub__(self, other: float) -> Seconds:
        return _seconds(float.__sub__(self, other), self.waits + _waits(other))

    def __rsub__(self, other: float) -> Seconds:
        return _seconds(float.__rsub__(self, other), self.waits + _waits(other))

    def __mul__(self, other: float) -> Seconds:
        return _seconds(float.__mul__(self, other), self.waits)

    def __rmul__(self, other: float) -> Seconds:
        return _seconds(float.__rmul__(self, other), self.waits)

    def __truediv__(self, other: float) -> Seconds:
        return _seconds(float.__truediv__(self, other), self.waits)

    def __abs__(self) -> Seconds:
        return Seconds(float.__abs__(self), self.waits)

    def __repr__(self) -> str:
        return number(self)

    __str__ = __repr__


def _waits(value: object) -> int:
    return value.waits if isinstance(value, Seconds) else 0


def _seconds(value: float, waits: int) -> Seconds:
    """Return the result of an operation on floats, NotImplemented included, in seconds."""
    return value if value is NotImplemented else Seconds(value, waits)


class Waited:
    """Counts how many waits in a row lead up to a moment; moments come in order, in nanoseconds."""

    def __init__(self) -> None:
        self._under_way: list[tuple[int, int]] = []
        """The end of each wait, and the number of waits in a row that it completes."""
        self._most = 0

    def until(self, now: int) -> int:
        """Return how many waits led up to a moment."""
        while self._under_way and self._under_way[0][0] <= now:
            self._most = max(self._most, heappop(self._under_way)[1])
        return self._most

    def add(self, now: int, end: int) -> None:
        """Count a wait from one moment to another."""
        heappush(self._under_way, (end, self.until(now) + 1))


class Elapsed(Seconds):
    """The duration of a whole run: a type of its own, so that a failed comparison can say what it compared."""

    __slots__ = ()
