"""One virtual time: its clock, its scheduler, its event loops, and the real world around it.

`VirtualClock` is what users hold; everything else of virtual time works with the `Runtime` behind it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from .clock import MONOTONIC_START_NS, Clock
from .deadlock import waits_of_threads
from .deadlock_message import describe_threads
from .instant import NANOSECONDS, nanoseconds
from .outside import Outside
from .spin import SpinDetector, Timed
from .threads.joining import join_all
from .threads.scheduler import Scheduler

if TYPE_CHECKING:
    from collections.abc import Iterable

    from .observer import Observer
    from .threads.virtual_thread import VirtualThread


class RunningLoop(Timed, Protocol):
    """An event loop that runs in virtual time."""

    def watch_callers(self) -> None:
        """Report, from now on, other threads that call what is not made for them."""


class Runtime:
    """What the parts of one virtual time share."""

    def __init__(self, clock: Clock, *, closed: bool) -> None:
        self.clock = clock
        self.outside = Outside(closed=closed)
        self.scheduler = Scheduler(clock, self.outside, self._explain)
        self.loops: list[RunningLoop] = []
        """The loops that are running, innermost last."""
        self.spin = SpinDetector(clock, self.scheduler, self.loops)
        self.ended = False
        """The `virtual_time()` that used it is over: its loops, if they go on, take the clock of the next one."""

    def _explain(self, scheduler: Scheduler) -> str:
        waits = waits_of_threads(scheduler)
        self.clock.observer.deadlocked(waits)
        return describe_threads(waits)

    def announce(self, name: str) -> VirtualThread:
        """Announce a thread that is about to be started; the loops then watch who calls them."""
        thread = self.scheduler.announce(name)
        for loop in self.loops:
            loop.watch_callers()
        return thread

    def sleep(self, delay_ns: int) -> None:
        """Block the calling thread for so many nanoseconds; other threads go on meanwhile."""
        self.scheduler.sleep_until(self.clock.after(delay_ns))

    def next_due(self, loops: Iterable[Timed]) -> int | None:
        """Return the next instant that a timer of a loop, be it running or not, or another thread waits for."""
        dues = (self.scheduler.next_due(), *(loop.next_due() for loop in {*loops, *self.loops}))
        return min((due for due in dues if due is not None), default=None)

    def after_fork(self) -> None:
        """Start anew in a forked child, which has one thread."""
        self.scheduler.after_fork()
        self.outside.after_fork()


class VirtualClock:
    """Virtual time, counted in whole nanoseconds so that sums are exact.

    `wall_ns` is what ``time.time_ns()`` reads at the start (default: the real time at which the clock is made),
    `start_ns` is what ``time.monotonic_ns()`` reads there.  In a world that is `closed` nobody outside of the process
    connects to it or sends it a signal: a program that waits for that is deadlocked.
    """

    __slots__ = ("__weakref__", "runtime")

    def __init__(
        self,
        *,
        wall_ns: int | None = None,
        start_ns: int = MONOTONIC_START_NS,
        observer: Observer | None = None,
        closed: bool = False,
    ) -> None:
        self.runtime = Runtime(Clock(wall_ns=wall_ns, start_ns=start_ns, observer=observer), closed=closed)

    @property
    def ns(self) -> int:
        """Nanoseconds of ``time.monotonic_ns()``."""
        return self.runtime.clock.ns

    @property
    def wall_ns(self) -> int:
        """Nanoseconds of ``time.time_ns()``."""
        return self.runtime.clock.wall_ns

    @property
    def elapsed_ns(self) -> int:
        """Nanoseconds since the clock was made."""
        return self.runtime.clock.elapsed_ns

    @property
    def elapsed(self) -> float:
        """Seconds since the clock was made, exact to the nanosecond."""
        return self.elapsed_ns / NANOSECONDS

    def advance(self, seconds: float) -> None:
        """Let time pass, as ``time.sleep(seconds)`` would; ValueError if `seconds` is negative or not finite."""
        if not 0 <= seconds < float("inf"):
            msg = f"cannot advance the clock by {seconds!r} s: give a finite number of seconds, 0 or more"
            raise ValueError(msg)
        self.runtime.sleep(nanoseconds(seconds))

    def join_threads(self) -> None:
        """Wait for every thread that is not a daemon, as the interpreter does at the end of a script."""
        join_all(self.runtime.scheduler)
