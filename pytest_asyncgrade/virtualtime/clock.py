"""The clock of a program in virtual time: the instant it is at, and what it reads there.

Time is superdense: an instant is a pair (nanoseconds, lateness), compared in that order, held as one integer.
On a real loop every wake-up is a little late, so a chain of waits lags behind a single wait of the same length.  Ours
lags by an infinitesimal: a wait of d > 0 that begins at (n, k) is due at (n + d, k + 1).  What a program can read is
the nanoseconds alone, so totals are exact.

Only `Clock.move_to` writes the instant, with one documented exception: the cache of the common case in `loop.jump`.
"""

from __future__ import annotations

import time

from .instant import LATENESS_BITS, LATENESS_MASK, NANOSECONDS, Instant, Nanoseconds, instant
from .observer import Observer
from .real_time import Real

MONOTONIC_START_NS = 100_000 * NANOSECONDS
"""What ``time.monotonic_ns()`` reads at the start, in nanoseconds.

A machine that has been up for a day, as programs expect that set ``last_seen = 0``.
"""


class Clock:
    """The instant a program is at.

    `wall_ns` is what ``time.time_ns()`` reads at the start (default: the real time), `start_ns` is what
    ``time.monotonic_ns()`` reads there, both in nanoseconds.
    """

    __slots__ = ("key", "looks", "now", "observer", "start_ns", "wall_offset_ns")

    def __init__(self, *, wall_ns: int | None, start_ns: int, observer: Observer | None) -> None:
        self.key = start_ns << LATENESS_BITS
        """The instant, as one integer: ``nanoseconds << LATENESS_BITS | lateness``."""
        self.start_ns = start_ns
        self.set_wall(time.time_ns() if wall_ns is None else wall_ns)
        self.observer = observer or Observer()
        self.now = instant(self.key)
        """The last reading, handed out again until the clock moves."""
        self.looks = 0
        """Counts the readings, and the iterations of loops, at this instant: many of them are a busy wait."""

    def set_wall(self, wall_ns: int) -> None:
        """Let ``time.time_ns()`` read this at the start."""
        self.wall_offset_ns = wall_ns - self.start_ns

    @property
    def ns(self) -> int:
        """Nanoseconds of ``time.monotonic_ns()``, without counting as a reading of the program."""
        return self.key >> LATENESS_BITS

    @property
    def elapsed_ns(self) -> int:
        """Nanoseconds since the start."""
        return (self.key >> LATENESS_BITS) - self.start_ns

    @property
    def wall_ns(self) -> int:
        """Nanoseconds of ``time.time_ns()``, without counting as a reading of the program."""
        return self.ns + self.wall_offset_ns

    def monotonic(self) -> Instant:
        """Return what ``time.monotonic()`` and ``loop.time()`` read now, in seconds."""
        now = self.now
        if now.key is not self.key:
            now = self.now = instant(self.key)
        return now

    def nanoseconds(self, offset: int) -> int:
        """Return what ``time.monotonic_ns()`` reads now, plus an offset."""
        key = self.key
        ns = (key >> LATENESS_BITS) + offset
        if late := key & LATENESS_MASK:
            ns = Nanoseconds(ns)
            ns.late = late
        return ns

    def after(self, delay_ns: int) -> int:
        """Return the instant at which a wait of `delay_ns` > 0 that begins now is due."""
        return self.key + (delay_ns << LATENESS_BITS) + 1 if delay_ns > 0 else self.key

    def seconds_until(self, key: int) -> float:
        """Return the seconds until an instant; 0 if it has passed."""
        return max(0, (key >> LATENESS_BITS) - self.ns) / NANOSECONDS

    def move_to(self, key: int) -> None:
        """Move on to an instant; do nothing if it has passed."""
        if key > self.key:
            self.observer.advancing()
            self.key = key
            self.looks = 0


class RealTimeFlow:
    """Lets a clock follow real time while something in the real world is awaited."""

    __slots__ = ("_clock", "_since_ns")

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._since_ns: int | None = None

    def start(self) -> None:
        """Begin to follow real time, unless it has begun."""
        if self._since_ns is None:
            self._since_ns = Real.monotonic_ns()

    def stop(self) -> None:
        """End it, without moving the clock."""
        self._since_ns = None

    def follow(self, until: int | None) -> None:
        """Move the clock by the real time that has passed since `start` or the last call, at most to `until`."""
        if self._since_ns is None:
            return
        now_ns = Real.monotonic_ns()
        target = self._clock.key + (now_ns - self._since_ns << LATENESS_BITS)
        self._since_ns = now_ns
        self._clock.move_to(target if until is None else min(target, until))
