"""What an event loop does when nothing is ready: it describes what it waits for, and acts on the decision.

A loop that shares its process with other threads leaves the decision to the scheduler, unless it waits for the real
world: then it really waits, while the others go on.
"""

from __future__ import annotations

import signal
from typing import TYPE_CHECKING, Any

from pytest_asyncgrade.virtualtime.clock import RealTimeFlow
from pytest_asyncgrade.virtualtime.deadlock import break_cycles, waits_of_tasks
from pytest_asyncgrade.virtualtime.deadlock_message import describe_tasks
from pytest_asyncgrade.virtualtime.outside import IN_REAL_TIME, WITHIN, Reach
from pytest_asyncgrade.virtualtime.pacing import (
    GRACE,
    Deadlock,
    DeadlockError,
    FlowUntil,
    JumpTo,
    State,
    WaitForCaller,
    decide,
)
from pytest_asyncgrade.virtualtime.real_time import is_alarm_set

if TYPE_CHECKING:
    from pytest_asyncgrade.virtualtime.threads.virtual_thread import VirtualThread

    from .parts import LoopParts

_CHECK_INTERVAL = 0.01
"""Real seconds to wait before asking again whether a child process or a thread is at work at all."""

_LONGEST_WAIT = 86_400.0
"""Seconds that a selector can wait at once."""


class Idle:
    """The waiting of one event loop."""

    def __init__(self, loop: LoopParts) -> None:
        self._loop = loop
        self._waiting: VirtualThread | None = None

    def wait(self, due: int | None, *, polls: bool) -> None:
        """Wait until a callback may be ready or the clock is at `due`, the instant of the first timer.

        `polls`: something but a timer can wake the loop.
        """
        loop, scheduler = self._loop, self._loop._runtime.scheduler
        reach = self._reach() if polls else {}
        me = scheduler.current() if scheduler.has_several() else None
        if me is None and self._process(self._settle(reach)):
            return
        state = self._state(due, set(reach.values()))
        if me is not None and not state.outstanding:
            self._wait_for_threads(me, due, listening=state.listening)
            return
        match decide(state):
            case JumpTo(instant):
                loop._clock.move_to(instant)
            case FlowUntil(until):
                self._wait_for_real(until)
            case WaitForCaller():
                self._wait_for_real(None)
            case Deadlock():
                if not (polls and self._process(loop._select(GRACE))):
                    self._raise_deadlock()

    def _state(self, due: int | None, reached: set[Reach]) -> State:
        """Return what the loop waits for; what cannot change the decision any more is not asked."""
        loop, outside = self._loop, self._loop._runtime.outside
        if reached & IN_REAL_TIME or outside.is_working() or self._has_alarm():
            return State(outstanding=True, due=due)
        if due is not None:
            return State(due=due)
        if outside.may_signal(loop._signal_handlers) or outside.may_call(reached):
            return State(listening=True)
        return State(bystanders=self._has_bystanders())

    def _has_alarm(self) -> bool:
        """Tell whether an alarm has been set for this loop."""
        handlers = self._loop._signal_handlers
        return bool(handlers) and signal.SIGALRM in handlers and is_alarm_set()

    def _has_bystanders(self) -> bool:
        runtime = self._loop._runtime
        if runtime.scheduler.current() is None:  # outside of `virtual_time()`
            return runtime.outside.has_new_threads()
        return runtime.outside.has_bystanders(runtime.scheduler.members)

    def _reach(self) -> dict[int, Reach]:
        """Return who can make each descriptor ready that the loop watches, except for its own pipe."""
        own, reach = self._loop._ssock.fileno(), self._loop._runtime.outside.peers.reach
        return {one: reach(one) for one in self._loop._files if one != own}

    def _settle(self, reach: dict[int, Reach]) -> list[Any]:
        """Wait for data in flight within this process; return the events of it."""
        loop = self._loop
        watched = {file.fd: file.events for file in loop._files.values() if reach.get(file.fd) in WITHIN}
        events: list[Any] = loop._runtime.outside.loopback.settle(watched, loop._select) if watched else []
        return events

    def _process(self, events: list[Any]) -> bool:
        self._loop._process_events(events)
        return bool(self._loop._ready)

    def wake(self) -> None:
        """Let the loop look: another thread, or a signal handler, has made something ready."""
        waiting = self._waiting
        if waiting is not None:
            self._loop._runtime.scheduler.wake(waiting)

    def _wait_for_real(self, due: int | None) -> None:
        """Wait for what comes from outside, until `due`; the clock follows real time."""
        loop, clock, runtime = self._loop, self._loop._clock, self._loop._runtime
        seconds = _LONGEST_WAIT if due is None else min(clock.seconds_until(due), _LONGEST_WAIT)
        if runtime.outside.children.alive() or (due is None and self._has_bystanders()):
            seconds = min(seconds, _CHECK_INTERVAL)
        flow = RealTimeFlow(clock)
        if runtime.scheduler.current() is None:  # else the scheduler lets it flow
            flow.start()
        with runtime.scheduler.outside(due):
            events = [] if loop._ready else loop._select(seconds)
        flow.follow(due)
        loop._process_events(events)

    def _wait_for_threads(self, me: VirtualThread, due: int | None, *, listening: bool) -> None:
        """Give up the turn to other threads; wait for a caller from outside when they all wait, too."""
        loop, scheduler = self._loop, self._loop._runtime.scheduler
        probe = self._has_events if len(loop._files) > 1 else None
        scheduler.rejoin()
        with scheduler.mutex:
            if loop._ready:
                return
            self._waiting = me
            me.listening = listening
            scheduler.begin_wait(me, due, loop, probe)
        try:
            woken = scheduler.end_wait(me)
        except DeadlockError:
            break_cycles(loop)  # type: ignore[arg-type]  # it is an event loop
            raise
        finally:
            self._waiting = None
            me.listening = False
        if listening and not woken and not self._process(loop._select(0)):
            self._wait_for_real(None)

    def _has_events(self) -> bool:
        return bool(self._loop._select(0) or self._settle(self._reach()))

    def _raise_deadlock(self) -> None:
        loop: Any = self._loop
        loop._clock.observer.advancing()
        waits = waits_of_tasks(loop)
        loop._clock.observer.deadlocked(waits)
        error = DeadlockError(describe_tasks(waits))
        break_cycles(loop)
        raise error
