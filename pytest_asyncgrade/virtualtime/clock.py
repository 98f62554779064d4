"""The one clock of a program in virtual time.

Time is superdense: an instant is a pair (nanoseconds, lateness), compared in that order, held as one integer.
On a real loop every wake-up is a little late, so a chain of waits lags behind a single wait of the same length.  Ours
lags by an infinitesimal: whoever waits d > 0 at (n, k) is due at (n + d, k + 1).  What a program can read is the
nanoseconds alone, so totals are exact.

Computing costs no virtual time.  A program that waits by looking at the clock (or by yielding) again and again would
then wait for ever; so a clock at which a program has looked very often without any time going by is nudged on, in small
steps, never past the next timer.
"""

from __future__ import annotations

import time

from .instant import LATENESS_BITS, NANOSECONDS, Instant, nanoseconds

MONOTONIC_START_NS = 100_000 * NANOSECONDS
"""Where ``time.monotonic()`` starts: a machine that has been up for a day, as programs expect (``last_seen = 0``)."""

PATIENCE = 100_000
"""How often a program may look at one instant before it counts as a busy wait."""

FIRST_NUDGE_NS = 10_000


class Observer:
    """What can be told of a program in virtual time; the base class does nothing with it."""

    def advancing(self) -> None:
        """Note that the clock is about to leave this instant: nothing more will happen in it."""

    def slept(self, start_ns: int, end_ns: int) -> None:
        """Note that ``time.sleep`` blocked its thread between these instants (nanoseconds since the start)."""

    def busy_waited(self) -> None:
        """Note that the program has begun to wait by looking at the clock, or yielding, again and again."""

    def task_created(self, task: object) -> None:
        """Note a new `asyncio.Task`."""


class VirtualClock:
    """Virtual time, counted in whole nanoseconds so that sums are exact.

    `wall_ns` is what ``time.time_ns()`` says at the start (default: the real time of its making).
    """

    def __init__(self, *, wall_ns: int | None = None, observer: Observer | None = None) -> None:
        self.key = MONOTONIC_START_NS << LATENESS_BITS
        self.wall_offset_ns = (time.time_ns() if wall_ns is None else wall_ns) - MONOTONIC_START_NS
        self.observer = observer or Observer()
        self.looks = 0
        self.heaps: list[list[int]] = []
        self.shared = 0
        """How many others (threads, processes) live by this clock; a loop that is alone moves it without asking."""

    @property
    def ns(self) -> int:
        """Nanoseconds of ``time.monotonic_ns()``, without counting as a look at the clock."""
        return self.key >> LATENESS_BITS

    @property
    def elapsed_ns(self) -> int:
        """Nanoseconds since the clock was made."""
        return self.ns - MONOTONIC_START_NS

    @property
    def elapsed(self) -> float:
        """Seconds since the clock was made, exact to the nanosecond."""
        return self.elapsed_ns / NANOSECONDS

    def monotonic(self) -> Instant:
        """Return what ``time.monotonic()`` and ``loop.time()`` read now, in seconds."""
        return Instant(self.key)

    def advance(self, seconds: float) -> None:
        """Let time pass, as ``time.sleep(seconds)`` would; ValueError if `seconds` is negative or not a number."""
        if not 0 <= seconds < float("inf"):
            msg = f"cannot advance the clock by {seconds!r} s: give a finite number of seconds, 0 or more"
            raise ValueError(msg)
        self.move_to(self.after(nanoseconds(seconds)))

    def after(self, delay_ns: int) -> int:
        """Return the instant at which a wait of `delay_ns` > 0 that begins now is due."""
        return self.key + (delay_ns << LATENESS_BITS) + 1 if delay_ns > 0 else self.key

    def move_to(self, key: int) -> None:
        """Move on to an instant; one that has been is left alone."""
        if key > self.key:
            self.observer.advancing()
            self.key = key
            self.looks = 0

    def look(self) -> None:
        """Count a look at the clock, or a turn of a loop that did not wait; nudge time on when there were too many."""
        self.looks += 1
        if self.looks > PATIENCE:
            self._nudge()

    def _nudge(self) -> None:
        looks = self.looks
        if looks == PATIENCE + 1:
            self.observer.busy_waited()
        step = FIRST_NUDGE_NS * 10 ** min(looks // PATIENCE - 1, 9)
        timers = [heap[0] for heap in self.heaps if heap and heap[0] > self.key]
        self.move_to(min([self.key + (step << LATENESS_BITS), *timers]))
        self.looks = looks
