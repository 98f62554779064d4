"""A clock reading that remembers the exact instant it was read.

A float cannot say when it was read: near 100 000 s it is good to 15 picoseconds, near today's epoch to 240 ns,
and ``100000.3 - 100000.0`` is ``0.30000000000291``.  An `Instant` is a float that carries its instant as a whole number
of nanoseconds beside it, so that differences are exact, and with it the *lateness* of the moment it was read (see
`VirtualClock`), so that ``loop.call_at(loop.time() + d, ...)`` means the same as ``loop.call_later(d, ...)`` and a
ticker that counts ``t += 1`` does not lag.
"""

from __future__ import annotations

from typing import SupportsFloat, SupportsIndex

LATENESS_BITS = 40
"""An instant is one integer, ``nanoseconds << LATENESS_BITS | lateness``: it compares as the pair does."""

NANOSECONDS = 1_000_000_000

FAR = 1e12
"""Seconds beyond which, and for inf and nan, readings are plain floats: no program waits for 30,000 years."""


def nanoseconds(seconds: float) -> int:
    """Return a finite number of seconds as the nearest whole number of nanoseconds."""
    return round(seconds * 1e9) if type(seconds) is float else round(seconds * NANOSECONDS)


class Instant(float):
    """Seconds, as a float, with the exact instant (`key`) behind them; made by `instant`.

    ``Instant - Instant`` is an exact float; ``Instant + seconds`` and ``Instant - seconds`` are instants again; every
    other operation is that of float.
    """

    __slots__ = ("key",)

    key: int

    def __add__(self, seconds: float) -> float:
        if type(seconds) is int:
            key = self.key + (seconds * NANOSECONDS << LATENESS_BITS)
        elif type(seconds) is float and -FAR < seconds < FAR:
            key = self.key + (round(seconds * 1e9) << LATENESS_BITS)
        else:
            return float.__add__(self, seconds)
        made = Instant((key >> LATENESS_BITS) / NANOSECONDS)  # what `instant` does, without a call
        made.key = key
        return made

    __radd__ = __add__

    def __sub__(self, other: float) -> float:
        if type(other) is Instant:
            return ((self.key >> LATENESS_BITS) - (other.key >> LATENESS_BITS)) / NANOSECONDS
        if type(other) is int or (type(other) is float and -FAR < other < FAR):
            return instant(self.key - (nanoseconds(other) << LATENESS_BITS))
        return float.__sub__(self, other)

    def __reduce__(self) -> tuple[type[float], tuple[float]]:
        return float, (float(self),)

    def __reduce_ex__(self, _protocol: SupportsIndex, /) -> tuple[type[float], tuple[SupportsFloat]]:
        return self.__reduce__()


def instant(key: int) -> Instant:
    """Return the instant as a number of seconds."""
    made = Instant((key >> LATENESS_BITS) / NANOSECONDS)
    made.key = key
    return made
