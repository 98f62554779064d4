"""Times in seconds, which equal what a teacher writes for them."""

from __future__ import annotations

import math

from .plain import number

_NANOSECOND = 1e-9


class Seconds(float):
    """A moment or a duration in seconds, known to the nanosecond, that shows its unit: ``6 s``.

    It equals every number that is no further away than a nanosecond, and so do sums and differences of it: a wait of a
    random time takes as long as it says.  Its hash is that of the exact number.

    >>> Seconds(0.3) == 0.1 + 0.2, Seconds(0.3) < 0.1 + 0.2, Seconds(1.1) - Seconds(0.1) == 1, Seconds(1.00000001) == 1
    (True, False, True, False)
    """

    __slots__ = ()

    def __eq__(self, other: object) -> bool:
        equal = float.__eq__(self, other)
        return _is_near(float(self), other) if equal is False and isinstance(other, int | float) else equal

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
        return _seconds(float.__add__(self, other))

    def __radd__(self, other: float) -> Seconds:
        return _seconds(float.__radd__(self, other))

    def __sub__(self, other: float) -> Seconds:
        return _seconds(float.__sub__(self, other))

    def __rsub__(self, other: float) -> Seconds:
        return _seconds(float.__rsub__(self, other))

    def __mul__(self, other: float) -> Seconds:
        return _seconds(float.__mul__(self, other))

    def __rmul__(self, other: float) -> Seconds:
        return _seconds(float.__rmul__(self, other))

    def __truediv__(self, other: float) -> Seconds:
        return _seconds(float.__truediv__(self, other))

    def __abs__(self) -> Seconds:
        return Seconds(float.__abs__(self))

    def __repr__(self) -> str:
        return number(self)

    __str__ = __repr__


def _is_near(exact: float, other: float) -> bool:
    try:
        distance = abs(exact - other)
    except OverflowError:  # a whole number larger than any float
        return False
    return math.isfinite(distance) and distance <= _NANOSECOND + math.ulp(exact)


def _seconds(value: float) -> Seconds:
    """Return what an operation of floats gave, which may be that it is not implemented, in seconds."""
    return value if value is NotImplemented else Seconds(value)


class Elapsed(Seconds):
    """The duration of a whole run, so that a failed comparison can say so."""

    __slots__ = ()
