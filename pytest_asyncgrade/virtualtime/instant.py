"""Clock readings that know the exact instant they were read at, and numbers that know they are a little late.

A float cannot say when it was read: near 100 000 s it is good to 15 picoseconds, near today's epoch to 240 ns, and
``100000.3 - 100000.0`` is ``0.30000000000291``.  An `Instant` is a float that carries its instant as a whole number
of nanoseconds, so that differences are exact, and with it the *lateness* of the moment it was read (see
`clock`), so that ``loop.call_at(loop.time() + d, ...)`` means the same as ``loop.call_later(d, ...)``.

In real time a wake-up is always late: after ``sleep(1)`` the clock says more than one second.  Virtual time is exact,
so that amount is an infinitesimal: what is computed from readings, a `Span` or `Nanoseconds`, has the exact value and
an infinitesimal part, as a dual number has.  The value is what is printed and what ``==`` compares.  The order
(``<``, ``<=``, ``>``, ``>=``) and what rounds to whole numbers (``//``, ``%``, `int`, `math.floor`) heed both parts, so
``time.monotonic() - start > 1`` is true after ``sleep(1)``, as it is in real time.
"""

from __future__ import annotations

import math
import operator
from typing import TYPE_CHECKING, Any, SupportsIndex

if TYPE_CHECKING:
    from collections.abc import Callable

LATENESS_BITS = 40
"""An instant is one integer, ``nanoseconds << LATENESS_BITS | lateness``: it compares as the pair does."""

LATENESS_MASK = (1 << LATENESS_BITS) - 1

NANOSECONDS = 1_000_000_000

FAR = 1e12
"""Seconds beyond which, and for inf and nan, readings are plain floats: no program waits for 30,000 years."""

NOISE = 0.001
"""Nanoseconds that count as an error of rounding: ``0.1 + 0.2`` is 300,000,000 ns, and not one more."""


def nanoseconds(seconds: float) -> int:
    """Return a finite number of seconds in whole nanoseconds, rounded away from zero: no wait is over early."""
    if isinstance(seconds, _Late):
        seconds = seconds._value()
    if seconds < 0:
        return -nanoseconds(-seconds)
    if isinstance(seconds, int):
        return seconds * NANOSECONDS
    return math.ceil(seconds * 1e9 - NOISE)


class _Late:
    """What numbers with an infinitesimal part, `late`, have in common; the class behind it holds the value."""

    __slots__ = ()

    late: float
    _value: Callable[[], Any]
    _tolerance = 0.5
    """Values that differ by less count as one moment; their infinitesimal parts then tell the order."""

    def __add__(self, other: Any) -> Any:
        return _computed(operator.add, self, other)

    def __radd__(self, other: Any) -> Any:
        return _computed(operator.add, other, self)

    def __sub__(self, other: Any) -> Any:
        return _computed(operator.sub, self, other)

    def __rsub__(self, other: Any) -> Any:
        return _computed(operator.sub, other, self)

    def __mul__(self, other: Any) -> Any:
        return _computed(operator.mul, self, other)

    def __rmul__(self, other: Any) -> Any:
        return _computed(operator.mul, other, self)

    def __truediv__(self, other: Any) -> Any:
        return _computed(operator.truediv, self, other)

    def __rtruediv__(self, other: Any) -> Any:
        return _computed(operator.truediv, other, self)

    def __floordiv__(self, other: Any) -> Any:
        parts = _parts(other)
        return NotImplemented if parts is None else _whole(self, other)

    def __rfloordiv__(self, other: Any) -> Any:
        parts = _parts(other)
        return NotImplemented if parts is None else _whole(other, self)

    def __mod__(self, other: Any) -> Any:
        parts = _parts(other)
        return NotImplemented if parts is None else self - _whole(self, other) * other

    def __divmod__(self, other: Any) -> Any:
        return self // other, self % other

    def __neg__(self) -> Any:
        return dual(-self._value(), -self.late)

    def __abs__(self) -> Any:
        return -self if self < 0 else self

    def __floor__(self) -> int:
        return int(_whole(self, 1))

    def __ceil__(self) -> int:
        return -int(_whole(-self, 1))

    def __trunc__(self) -> int:
        return self.__ceil__() if self < 0 else self.__floor__()

    __int__ = __trunc__

    def __lt__(self, other: Any) -> bool:
        order = self._order(other)
        return NotImplemented if order is None else order < 0

    def __le__(self, other: Any) -> bool:
        order = self._order(other)
        return NotImplemented if order is None else order <= 0

    def __gt__(self, other: Any) -> bool:
        order = self._order(other)
        return NotImplemented if order is None else order > 0

    def __ge__(self, other: Any) -> bool:
        order = self._order(other)
        return NotImplemented if order is None else order >= 0

    def _order(self, other: Any) -> float | None:
        """Return a number less than, equal to or greater than 0; None if there is no such order, nan if it is none."""
        parts = _parts(other)
        if parts is None:
            return None
        value, late = parts
        mine = self._value()
        try:
            gap: float = mine - value
        except OverflowError:  # an integer that no float can hold
            return float((mine > value) - (mine < value))
        if late != self.late and abs(gap) <= max(self._tolerance, abs(mine) * 5e-16):
            return float(self.late - late)
        return gap

    def __reduce_ex__(self, _protocol: SupportsIndex, /) -> Any:
        return type(self._value()), (self._value(),)


class Span(_Late, float):
    """Seconds (or what a program has made of them), as a float, with their infinitesimal part `late`."""

    __slots__ = ("late",)

    late: float
    _value = float.__pos__
    _tolerance = 0.5e-9
    __hash__ = float.__hash__


class Nanoseconds(_Late, int):
    """Nanoseconds (or what a program has made of them), as an int, with their infinitesimal part `late`."""

    late: float
    _value = int.__pos__
    __hash__ = int.__hash__
    __int__ = int.__pos__
    __trunc__ = int.__pos__


class Instant(_Late, float):
    """Seconds, as a float, with the exact instant (`key`) behind them; made by `instant`.

    ``Instant - Instant`` is exact; ``Instant + seconds`` and ``Instant - seconds`` are instants again.
    """

    __slots__ = ("key",)

    key: int
    _value = float.__pos__
    _tolerance = 0.5e-9
    __hash__ = float.__hash__

    @property
    def late(self) -> int:  # type: ignore[override]  # read only
        """The lateness."""
        return self.key & LATENESS_MASK

    def __add__(self, seconds: float) -> float:
        if type(seconds) is int:
            key = self.key + (seconds * NANOSECONDS << LATENESS_BITS)
        elif type(seconds) is float and 0 <= seconds < FAR:
            key = self.key + (math.ceil(seconds * 1e9 - NOISE) << LATENESS_BITS)
        else:
            return self._shifted(seconds, 1)  # type: ignore[no-any-return]  # a number
        made = Instant((key >> LATENESS_BITS) / NANOSECONDS)  # `instant`, inlined
        made.key = key
        return made

    __radd__ = __add__

    def __sub__(self, other: float) -> float:
        if type(other) is Instant:
            mine, key = self.key, other.key
            ns = ((mine >> LATENESS_BITS) - (key >> LATENESS_BITS)) / NANOSECONDS
            late = (mine & LATENESS_MASK) - (key & LATENESS_MASK)
            if not late:
                return ns
            span = Span(ns)
            span.late = late
            return span
        return self._shifted(other, -1)  # type: ignore[no-any-return]  # a number

    def _shifted(self, seconds: Any, sign: int) -> Any:
        """Return the instant so many seconds later, or with `sign` -1 earlier."""
        if isinstance(seconds, Instant):
            return _computed(operator.add, self, seconds) if sign > 0 else instant(self.key) - instant(seconds.key)
        parts = _parts(seconds)
        if parts is None or not -FAR < parts[0] < FAR:
            return _computed(operator.add if sign > 0 else operator.sub, self, seconds)
        value, late = parts
        ns = (self.key >> LATENESS_BITS) + sign * nanoseconds(value)
        return instant((ns << LATENESS_BITS) + max(0, (self.key & LATENESS_MASK) + sign * int(late)))

    def _order(self, other: Any) -> float | None:
        return self.key - other.key if isinstance(other, Instant) else super()._order(other)


def instant(key: int) -> Instant:
    """Return the instant as a number of seconds."""
    made = Instant((key >> LATENESS_BITS) / NANOSECONDS)
    made.key = key
    return made


def _parts(number: object) -> tuple[Any, float] | None:
    """Return the value of a number and its infinitesimal part; None of what is no int or float."""
    if isinstance(number, _Late):
        return number._value(), number.late
    return (number, 0) if isinstance(number, (int, float)) else None


def dual(value: Any, late: float) -> Any:
    """Return a number with an infinitesimal part; a plain one if that is zero."""
    if not late or late != late:  # noqa: PLR0124  # nan
        return value
    made: Any = Nanoseconds(value) if type(value) is int else Span(value)
    made.late = late
    return made


def _computed(operation: Callable[[Any, Any], Any], left: object, right: object) -> Any:
    """Return ``operation(left, right)`` as dual numbers have it; NotImplemented for what is no int or float."""
    one, other = _parts(left), _parts(right)
    if one is None or other is None:
        return NotImplemented
    (a, a_late), (b, b_late) = one, other
    value = operation(a, b)
    if operation is operator.add:
        return dual(value, a_late + b_late)
    if operation is operator.sub:
        return dual(value, a_late - b_late)
    if operation is operator.mul:
        return dual(value, a_late * b + a * b_late)
    return dual(value, (a_late - value * b_late) / b)


def _whole(left: Any, right: Any) -> Any:
    """Return ``left // right``: a quotient that is infinitesimally less than a whole number is not yet that number."""
    (a, a_late), (b, b_late) = _parts(left) or (left, 0), _parts(right) or (right, 0)
    quotient = a // b
    late = (a_late - quotient * b_late) / b
    rest = a - quotient * b
    tolerance = max(left._tolerance if isinstance(left, _Late) else 0, abs(a) * 5e-16)
    if late < 0 and abs(rest) <= tolerance:
        return quotient - 1
    if late > 0 and abs(b - rest) <= tolerance:
        return quotient + 1
    return quotient
