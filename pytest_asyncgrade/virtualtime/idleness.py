"""What an event loop in virtual time does when nothing is ready: it waits for the right thing.

For its first timer, by moving the clock there.  For other threads, by giving them their turn.  For the real world, if
anything out there is outstanding, by really waiting, at most for the time until its first timer.  For nothing: it says
that nobody can go on.
"""

from __future__ import annotations

import signal
import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, TypeVar

from .deadlock import DeadlockError, break_cycles, describe_deadlock
from .descriptors import IN_REAL_TIME, WITHIN, Descriptors, Reach
from .flight import Flights
from .instant import LATENESS_BITS
from .real_time import Real, is_alarm_set

if TYPE_CHECKING:
    import asyncio
    from collections.abc import Iterator

    from .loop import VirtualTimeLoop
    from .participant import Participant

    _T = TypeVar("_T")

_SLICE = 0.01
"""How long, in seconds, to wait for the real world before looking again whether anything is outstanding at all."""

_LONGEST = 86_400.0
"""How long a selector can wait at once."""


class Idleness:
    """The waiting of one event loop."""

    def __init__(self, loop: VirtualTimeLoop) -> None:
        self._loop: Any = loop  # whose private attributes, those of the stock loop, have no types
        self._descriptors = Descriptors()
        self._flights = Flights()
        self._waiting: Participant | None = None
        self._threads_before = threading.active_count()

    def wait(self, key: int | None, *, polls: bool) -> None:
        """Wait until a callback may be ready or the clock is at `key`, the instant of the first timer."""
        loop, threads = self._loop, self._loop.clock.threads
        reach = self._reach() if polls else {}
        me = threads.me() if threads.several() else None
        if me is None and self._process(self._settle(reach)):
            return
        whose = set(reach.values())
        if whose & IN_REAL_TIME or threads.outstanding or threads.children_alive() or self._alarm_is_set():
            self._wait_for_real(key)
        elif me is not None:
            self._wait_for_threads(me, key, may_be_called=key is None and self._somebody_may_come(whose))
        elif key is not None:
            loop.clock.move_to(key)
        elif self._somebody_may_come(whose):
            self._wait_for_real(None)
        elif not (polls and self._process(loop._selector.select(_SLICE))):
            loop.clock.observer.advancing()
            error = DeadlockError(describe_deadlock(loop))
            break_cycles(loop)
            raise error

    def _reach(self) -> dict[int, Reach]:
        """Return who can make each descriptor ready that the loop watches, but for its own pipe."""
        own, reach = self._loop._ssock.fileno(), self._descriptors.reach
        return {one: reach(one) for one in self._loop._selector.get_map() if one != own}

    def _settle(self, reach: dict[int, Reach]) -> list[Any]:
        """Let arrive what is under way within this process; return the events of it."""
        selector = self._loop._selector
        watched = {file.fd: file.events for file in selector.get_map().values() if reach.get(file.fd) in WITHIN}
        events: list[Any] = self._flights.settle(watched, selector.select) if watched else []
        return events

    def _process(self, events: list[Any]) -> bool:
        self._loop._process_events(events)
        return bool(self._loop._ready)

    def wake(self) -> None:
        """Something has become ready, by the hand of another thread or of a signal handler."""
        waiting = self._waiting
        if waiting is not None:
            self._loop.clock.threads.wake(waiting)

    def expect(self, future: asyncio.Future[_T]) -> asyncio.Future[_T]:
        """Count what a thread outside of virtual time works on as outstanding."""
        threads = self._loop.clock.threads
        if threads.me() is None:
            threads.outstanding += 1
            future.add_done_callback(threads.came)
        return future

    @contextmanager
    def expecting(self) -> Iterator[None]:
        """Count the block as outstanding work, if it is threads outside of virtual time that do it."""
        threads = self._loop.clock.threads
        outside = threads.me() is None
        threads.outstanding += outside
        try:
            yield
        finally:
            threads.outstanding -= outside

    def _alarm_is_set(self) -> bool:
        """Tell whether an alarm has been set for this loop."""
        return bool(self._loop._signal_handlers) and signal.SIGALRM in self._loop._signal_handlers and is_alarm_set()

    def _somebody_may_come(self, reach: set[Reach]) -> bool:
        """Tell whether to wait for ever is what the program wants: a server, or one that waits for a signal."""
        if self._loop.clock.closed:
            return False
        if self._loop._signal_handlers or is_alarm_set() or self._loop.clock.threads.strangers_busy():
            return True
        if self._loop.clock.threads.me() is None and threading.active_count() > self._threads_before:
            return True
        return Reach.ANYBODY in reach and Reach.INSIDE not in reach

    def _wait_for_real(self, key: int | None) -> None:
        """Wait for what comes from outside, until `key`; the clock follows real time."""
        loop, clock = self._loop, self._loop.clock
        left = None if key is None else max(0, (key >> LATENESS_BITS) - clock.ns) / 1e9
        if clock.threads.children_alive() or (key is None and clock.threads.strangers_busy()):
            left = _SLICE if left is None else min(left, _SLICE)
        elif left is not None:
            left = min(left, _LONGEST)
        member = clock.threads.me() is not None
        start = Real.monotonic_ns()
        with clock.threads.outside(key):
            events = [] if loop._ready else loop._selector.select(left)
        if not member:
            now = clock.key + (Real.monotonic_ns() - start << LATENESS_BITS)
            clock.move_to(now if key is None else min(now, key))
        loop._process_events(events)

    def _wait_for_threads(self, me: Participant, key: int | None, *, may_be_called: bool) -> None:
        """Give the turn to other threads; wait for a stranger's call when they wait, too."""
        loop, clock = self._loop, self._loop.clock
        probe = self._something_arrived if len(loop._selector.get_map()) > 1 else None
        clock.threads.rejoin()
        with clock.threads.mutex:
            if loop._ready:
                return
            self._waiting = me
            me.may_be_called = may_be_called
            clock.threads.begin_wait(me, key, loop, probe)
        try:
            woken = clock.threads.end_wait(me)
        except DeadlockError:
            break_cycles(loop)
            raise
        finally:
            self._waiting = None
            me.may_be_called = False
        if may_be_called and not woken and not self._process(loop._selector.select(0)):
            self._wait_for_real(None)

    def _something_arrived(self) -> bool:
        return bool(self._loop._selector.select(0) or self._settle(self._reach()))
