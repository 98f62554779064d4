"""Busy waits: finds a program that waits by reading the clock, or yielding, again and again, and moves time for it.

Computing costs no virtual time, so such a program would wait for ever.  A program that has looked at one instant very
often is moved on: to the moment it waits for if that can be known (see `watched`), at most to the next timer, else in
small steps.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from .instant import LATENESS_BITS, Instant, instant
from .watched import WatchedInstant, WatchedNanoseconds

if TYPE_CHECKING:
    from collections.abc import Iterable

    from .clock import Clock

MANY_LOOKS = 100_100
"""Looks at one instant that a program may take before it counts as a busy wait: 100,000 and a few."""

LOOKS_PER_TIMER = 1_000
"""Iterations that a loop which is known to wait busily may make before the next timer, and before each one after."""

LOOKS_UNCOUNTED = 5_000
"""Looks after which the iterations of a loop are taken to last as long as they must: a near timer would have fired."""

ITERATION_NS, CALLBACK_NS = 2_000, 1_000
"""Nanoseconds that an iteration of a real loop, and each callback in it, lasts at least."""

SUSPICIOUS_LOOKS = MANY_LOOKS - 10
"""Looks after which readings report what the program compares them with."""

NUDGE_NS = 10_000
"""Nanoseconds that ten further looks last when nobody knows what the program waits for: about as in real time."""

NUDGES_PER_STEP = 100_000
"""Nudges after which they grow tenfold."""

POLLS_PER_TURN = 100
"""Looks in vain at an event, a queue or a thread, after which the other threads have their turn."""

_LOOKS_OF_A_DATE = 10
"""Looks that a reading of `datetime` counts for, since it is slow."""


class Sleeper(Protocol):
    """What blocks and wakes the threads of a program: the scheduler."""

    def current(self) -> object | None:
        """Return the virtual thread of the calling thread, None in real time."""

    def yield_turn(self) -> None:
        """Let the threads that are ready run."""

    def sleep_until(self, due: int, /) -> None:
        """Block the calling thread until an instant."""

    def next_due(self) -> int | None:
        """Return the next instant that another thread waits for."""


class Timed(Protocol):
    """What has timers: a running event loop."""

    def next_due(self) -> int | None:
        """Return the instant of its first timer."""


class SpinDetector:
    """Counts the looks of a program at its clock, and nudges the clock on when there are too many."""

    def __init__(self, clock: Clock, sleeper: Sleeper, loops: Iterable[Timed]) -> None:
        self._clock = clock
        self._sleeper = sleeper
        self._loops = loops
        self._iterations = self._spent_ns = 0
        self._iterating_at = clock.key
        self._nudges = 0
        self._nudged_to = clock.key
        self._awaited: int | None = None

    # -- what a program reads

    def read(self) -> Instant:
        """Read ``time.monotonic()`` as a program does."""
        clock = self._clock
        looks = clock.looks = clock.looks + 1
        if looks >= SUSPICIOUS_LOOKS:
            return self._read_watched(0)
        now = clock.now
        return now if now.key is clock.key else clock.monotonic()

    def read_wall(self) -> Instant:
        """Read ``time.time()`` as a program does."""
        clock = self._clock
        clock.looks += 1
        if clock.looks >= SUSPICIOUS_LOOKS:
            return self._read_watched(clock.wall_offset_ns)
        return instant(clock.key + (clock.wall_offset_ns << LATENESS_BITS))

    def read_ns(self, offset: int = 0) -> int:
        """Read ``time.monotonic_ns()`` as a program does, or with the offset of the wall clock ``time.time_ns()``."""
        clock = self._clock
        clock.looks += 1
        if clock.looks < SUSPICIOUS_LOOKS:
            return clock.nanoseconds(offset)
        self._nudge_reader()
        return WatchedNanoseconds.read(self, -offset)

    def read_date(self) -> int:
        """Read the wall clock in nanoseconds, as `datetime` does."""
        self._clock.looks += _LOOKS_OF_A_DATE - 1
        return self.read_ns(self._clock.wall_offset_ns)

    def _read_watched(self, offset: int) -> Instant:
        self._nudge_reader()
        return WatchedInstant.read(self, offset)

    @property
    def key(self) -> int:
        """The instant of the clock."""
        return self._clock.key

    @property
    def suspects(self) -> bool:
        """Whether the program has looked so often that it may be waiting busily."""
        return self._clock.looks >= SUSPICIOUS_LOOKS

    def awaits(self, ns: int) -> None:
        """Note the moment, in nanoseconds, at which a comparison with the clock will turn out otherwise."""
        key = self._clock.key + 1 + (max(0, ns - self._clock.ns) << LATENESS_BITS)
        self._awaited = key if self._awaited is None else min(self._awaited, key)

    # -- other looks

    def polled(self) -> None:
        """Count a look in vain at a lock, an event, a queue or a thread; now and then let the other threads run."""
        if self._sleeper.current() is None:  # in real time
            return
        self.look()
        if self._clock.looks % POLLS_PER_TURN == 0:
            self._sleeper.yield_turn()

    def look(self) -> None:
        """Count an iteration of a loop that did not wait; after very many, move to the next timer, which may end it."""
        self._clock.looks += 1
        if self._clock.looks > MANY_LOOKS:
            self._nudge(straight=True)

    def iterated(self, callbacks: int) -> None:
        """Count an iteration, after many looks: it takes the time it must take at least.

        Only timers that are due within this time see it: the clock is moved to the first of them.
        """
        clock = self._clock
        if self._iterating_at is not clock.key:
            self._iterating_at, self._iterations, self._spent_ns = clock.key, 0, 0
        self._iterations += 1
        self._spent_ns += ITERATION_NS + callbacks * CALLBACK_NS
        if clock.looks > MANY_LOOKS:
            self.look()
        elif self._iterations % LOOKS_PER_TIMER == 0:
            due = min(self._dues(), default=None)
            if due is not None and due <= clock.key + (self._spent_ns << LATENESS_BITS):
                self._sleeper.sleep_until(due)
                clock.looks = LOOKS_UNCOUNTED

    # -- moving on

    def _dues(self) -> list[int]:
        """Return the next instants at which timers and sleeping threads are due."""
        dues = (self._sleeper.next_due(), *(loop.next_due() for loop in self._loops))
        return [due for due in dues if due is not None and due > self._clock.key]

    def _nudge_reader(self) -> None:
        if self._clock.looks > MANY_LOOKS:
            self._nudge(straight=False)

    def _nudge(self, *, straight: bool) -> None:
        """Let time pass for a busy wait: until it ends if that is known, at most to the next timer; else a little.

        `straight`: move to the next timer, however far; do nothing if there is none.
        """
        clock = self._clock
        if clock.key is not self._nudged_to:
            self._nudges = 0
        if not self._nudges:
            clock.observer.busy_waited()
        self._nudges += 1
        target, self._awaited = self._awaited, None
        dues = self._dues()
        if target is not None and target > clock.key:
            dues.append(target)
        elif straight and not dues:
            self._nudged_to = clock.key
            return
        elif not straight:
            dues.append(clock.key + (NUDGE_NS * 10 ** min(self._nudges // NUDGES_PER_STEP, 9) << LATENESS_BITS))
        self._sleeper.sleep_until(min(dues))
        clock.looks = MANY_LOOKS - LOOKS_PER_TIMER if straight and target is None else SUSPICIOUS_LOOKS
        self._nudged_to = clock.key
