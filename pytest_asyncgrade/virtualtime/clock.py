"""The one clock of a program in virtual time.

Time is superdense: an instant is a pair (nanoseconds, lateness), compared in that order, held as one integer.
On a real loop every wake-up is a little late, so a chain of waits lags behind a single wait of the same length.  Ours
lags by an infinitesimal: whoever waits d > 0 at (n, k) is due at (n + d, k + 1).  What a program can read is the
nanoseconds alone, so totals are exact.

Computing costs no virtual time.  A program that waits by looking at the clock (or by yielding) again and again would
then wait for ever; so a clock at which a program has looked very often without any time going by is nudged on: to the
moment the program waits for if it can be known (`watched`), at most to the next timer, else in small steps.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

from .instant import LATENESS_BITS, LATENESS_MASK, NANOSECONDS, Instant, Nanoseconds, instant, nanoseconds
from .threads import Threads
from .watched import WatchedInstant, WatchedNanoseconds

if TYPE_CHECKING:
    from collections.abc import Mapping

    from .scheduling import SchedulingLoop

MONOTONIC_START_NS = 100_000 * NANOSECONDS
"""Where ``time.monotonic()`` starts: a machine that has been up for a day, as programs expect (``last_seen = 0``)."""

PATIENCE = 100_100
"""How often a program may look at one instant before it counts as a busy wait: 100,000 times and a few."""

BREATH = 1_000
"""How often a loop that has been found to wait busily may turn before the next timer, and the next."""

DOUBT = 5_000
"""From this look on the turns of a loop at one instant are counted: a timer that is near would have fired meanwhile."""

TURN_NS, STEP_NS = 2_000, 1_000
"""What a turn of a loop, and each callback in it, takes in real time at the least."""

SUSPICION = PATIENCE - 10
"""From this look on the clock hands out readings that tell what they are compared with."""

NUDGE_NS = 10_000
"""What ten further looks take when nobody knows what the program waits for: about as much as in real time."""

NUDGES = 100_000
"""After so many nudges they grow tenfold."""


class Observer:
    """What can be told of a program in virtual time; the base class does nothing with it."""

    def advancing(self) -> None:
        """Note that the clock is about to leave this instant, or that there is no other: nothing more happens in it."""

    def slept(self, start_ns: int, end_ns: int) -> None:
        """Note that ``time.sleep`` blocked its thread between these instants (nanoseconds since the start)."""

    def stalled(self, start_ns: int, end_ns: int, *, for_ever: bool = False) -> None:
        """Note that another call blocked the calling thread so: on a lock, another thread, a connection, a process.

        `for_ever`: it still does, and nobody can go on.
        """

    def touched(self) -> None:
        """Note that the calling thread uses an event loop that another thread runs, as if it were its own."""

    def busy_waited(self) -> None:
        """Note that the program has begun to wait by looking at the clock, or yielding, again and again."""

    def task_creating(self, coroutine: object) -> None:
        """Note that a task factory is about to make a task, which may run at once; `task_created` follows."""

    def task_created(self, task: object, coroutine: object) -> bool:  # noqa: ARG002  # the base class does nothing
        """Note a new task, or None if a factory failed to make one; True: call `task_done` when it is done."""
        return False

    def task_done(self, task: object) -> None:
        """Note that a task is done."""

    def error_reported(self, context: Mapping[str, Any]) -> None:
        """Note an error that an event loop reports because nobody handles it, as its exception handler gets it."""


class VirtualClock:
    """Virtual time, counted in whole nanoseconds so that sums are exact.

    `wall_ns` is what ``time.time_ns()`` says at the start (default: the real time of its making).  In a world that is
    `closed` nobody outside of the process connects to it or sends it a signal: who waits for that is deadlocked.
    """

    def __init__(self, *, wall_ns: int | None = None, observer: Observer | None = None, closed: bool = False) -> None:
        self.closed = closed
        self.ended = False
        """The `virtual_time()` that used it is over: its loops, if they go on, take the clock of the next one."""
        self.key = MONOTONIC_START_NS << LATENESS_BITS
        self.wall_offset_ns = (time.time_ns() if wall_ns is None else wall_ns) - MONOTONIC_START_NS
        self.observer = observer or Observer()
        self.now = instant(self.key)
        """The last reading, handed out again until time goes on."""
        self.looks = 0
        self._turns = self._spent_ns = 0
        self._turning_at = self.key
        self._nudges = 0
        self._awaited: int | None = None
        self.loops: list[SchedulingLoop] = []
        self.threads = Threads(self)

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

    @property
    def wall_ns(self) -> int:
        """Nanoseconds of ``time.time_ns()``, without counting as a look at the clock."""
        return self.ns + self.wall_offset_ns

    def monotonic(self) -> Instant:
        """Return what ``time.monotonic()`` and ``loop.time()`` read now, in seconds."""
        now = self.now
        if now.key is not self.key:
            now = self.now = instant(self.key)
        return now

    def advance(self, seconds: float) -> None:
        """Let time pass, as ``time.sleep(seconds)`` would; ValueError if `seconds` is negative or not a number."""
        if not 0 <= seconds < float("inf"):
            msg = f"cannot advance the clock by {seconds!r} s: give a finite number of seconds, 0 or more"
            raise ValueError(msg)
        self.sleep(nanoseconds(seconds))

    def sleep(self, delay_ns: int) -> None:
        """Block the calling thread for so long; other threads go on meanwhile."""
        self.threads.sleep_until(self.after(delay_ns))

    def join_threads(self) -> None:
        """Wait for every thread that is not a daemon, as the interpreter does at the end of a script."""
        from .threading_patches import join_threads

        join_threads(self.threads)

    def after(self, delay_ns: int) -> int:
        """Return the instant at which a wait of `delay_ns` > 0 that begins now is due."""
        return self.key + (delay_ns << LATENESS_BITS) + 1 if delay_ns > 0 else self.key

    def move_to(self, key: int) -> None:
        """Move on to an instant; one that has been is left alone."""
        if key > self.key:
            self.observer.advancing()
            self.key = key
            self.looks = self._nudges = 0

    def look(self) -> None:
        """Count a turn of a loop that did not wait; after very many move to the next timer, which may end it."""
        self.looks += 1
        if self.looks > PATIENCE:
            self._nudge(straight=True)

    def turned(self, steps: int) -> None:
        """Count a further turn of a loop that did not wait, after many looks: it takes the time it must take at least.

        Only timers that are due within this time see it: at the first of them the clock is moved on.
        """
        if self._turning_at is not self.key:
            self._turning_at, self._turns, self._spent_ns = self.key, 0, 0
        self._turns += 1
        self._spent_ns += TURN_NS + steps * STEP_NS
        if self.looks > PATIENCE:
            self.look()
        elif self._turns % BREATH == 0:
            due = min(self._due(), default=None)
            if due is not None and due <= self.key + (self._spent_ns << LATENESS_BITS):
                self.threads.sleep_until(due)
                self.looks = DOUBT

    def _due(self) -> list[int]:
        """Return the next instants at which timers and sleeping threads are due."""
        keys = (self.threads.next_key(), *(loop.next_key() for loop in self.loops))
        return [key for key in keys if key > self.key]

    def read(self) -> Instant:
        """Read ``time.monotonic()`` as a program does; time is nudged on when it has done so very often."""
        looks = self.looks = self.looks + 1
        now = self.now
        if now.key is self.key and looks < SUSPICION:
            return now
        return self.monotonic() if looks < SUSPICION else self._read_watched(0)

    def read_wall(self) -> Instant:
        """Read ``time.time()`` as a program does."""
        self.looks += 1
        if self.looks < SUSPICION:
            return instant(self.key + (self.wall_offset_ns << LATENESS_BITS))
        return self._read_watched(self.wall_offset_ns)

    def read_date(self) -> int:
        """Read the wall clock in nanoseconds for `datetime`, which is slow: a program that waits by it gets there."""
        self.looks += 9
        return self.read_ns(self.wall_offset_ns)

    def read_ns(self, offset: int = 0) -> int:
        """Read ``time.monotonic_ns()`` as a program does, or with the offset of the wall clock ``time.time_ns()``."""
        self.looks += 1
        if self.looks < SUSPICION:
            key = self.key
            ns = (key >> LATENESS_BITS) + offset
            if late := key & LATENESS_MASK:
                ns = Nanoseconds(ns)
                ns.late = late
            return ns
        self._nudge_reader()
        return WatchedNanoseconds.of(self, -offset)

    @property
    def suspects(self) -> bool:
        """Whether the program has looked so often that it may be waiting busily."""
        return self.looks >= SUSPICION

    def awaits(self, ns: int) -> None:
        """Note a moment at which something that the program compares with the clock will turn out otherwise."""
        key = self.key + 1 + (max(0, ns - self.ns) << LATENESS_BITS)
        self._awaited = key if self._awaited is None else min(self._awaited, key)

    def _read_watched(self, offset: int) -> Instant:
        self._nudge_reader()
        return WatchedInstant.of(self, offset)

    def _nudge_reader(self) -> None:
        if self.looks > PATIENCE:
            self._nudge(straight=False)

    def _nudge(self, *, straight: bool) -> None:
        """Let time pass for a busy wait: until it ends if that is known, at most to the next timer; else a little."""
        if not self._nudges:
            self.observer.busy_waited()
        nudges = self._nudges = self._nudges + 1
        target, self._awaited = self._awaited, None
        keys = self._due()
        if target is not None and target > self.key:
            keys.append(target)
        elif straight and not keys:
            return
        elif not straight:
            keys.append(self.key + (NUDGE_NS * 10 ** min(nudges // NUDGES, 9) << LATENESS_BITS))
        self.threads.sleep_until(min(keys))
        self.looks = PATIENCE - BREATH if straight and target is None else SUSPICION
        self._nudges = nudges
