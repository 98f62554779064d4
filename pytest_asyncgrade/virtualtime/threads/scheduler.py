"""The scheduler: exactly one virtual thread runs, and when none can, time moves as `pacing.decide` says.

Threads that are ready run first come, first served; those that wait for one instant are woken in the order in which
they began to wait.  So load cannot change what a program does.

A thread gives up its turn when it blocks (``time.sleep``, a lock, a join, an idle event loop).  It can also be
*outside*: blocked in a real call, or computing for very long.  One of those who wait monitors the running thread; if
that one is stalled, the others preempt it, and it rejoins the queue when it next calls anything of ours.
"""

from __future__ import annotations

import _thread
from collections import deque
from contextlib import contextmanager
from typing import TYPE_CHECKING

from pytest_asyncgrade.virtualtime.clock import RealTimeFlow
from pytest_asyncgrade.virtualtime.outside.real_threads import abandon
from pytest_asyncgrade.virtualtime.pacing import Deadlock, DeadlockError, FlowUntil, JumpTo, WaitForCaller, decide

from .idleness import first_listener, reached, reached_late, state_of
from .monitor import Monitor
from .stall import StallDetector
from .virtual_thread import AbandonedError, Awaited, Status, VirtualThread
from .wakeups import WakeUps

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from pytest_asyncgrade.virtualtime.clock import Clock
    from pytest_asyncgrade.virtualtime.outside import Outside


class Scheduler:
    """Decides which virtual thread of one clock runs; `explain` returns the message of a deadlock."""

    def __init__(self, clock: Clock, outside: Outside, explain: Callable[[Scheduler], str]) -> None:
        self.clock = clock
        self.mutex = _thread.RLock()
        self.members: dict[int, VirtualThread] = {}
        """The virtual threads that have begun, by the ident of their thread."""
        self.everyone: list[VirtualThread] = []
        self.ready: deque[VirtualThread] = deque()
        self.wake_ups = WakeUps()
        self.preempted = 0
        """The number of threads that are preempted and do not know."""
        self._outside = outside
        self._explain = explain
        self._running: VirtualThread | None = None
        self._monitor = Monitor()
        self._flow = RealTimeFlow(clock)
        self._deadlocked = False
        self._numbers = 0

    def current(self) -> VirtualThread | None:
        """Return the virtual thread of the calling thread; None for a thread that lives in real time."""
        return self.members.get(_thread.get_ident())

    def has_turn(self) -> bool:
        """Tell whether the calling thread runs: it has not been preempted."""
        return self._running is self.current()

    def has_several(self) -> bool:
        """Tell whether there is anybody but the calling thread."""
        return len(self.everyone) > 1

    def announce(self, name: str) -> VirtualThread:
        """Announce a thread that is about to be started; it is ready from now on."""
        with self.mutex:
            thread = VirtualThread(name, self._numbers)
            self._numbers += 1
            self.everyone.append(thread)
            self.ready.append(thread)
        return thread

    def withdraw(self, thread: VirtualThread) -> None:
        """Take back an announcement: the thread could not be started."""
        with self.mutex:
            thread.status = Status.GONE
            self.everyone.remove(thread)

    def begin(self, name: str) -> None:
        """Make the calling thread the first virtual thread."""
        thread = self.announce(name)
        self.ready.remove(thread)
        thread.status, self._running = Status.RUNNING, thread
        self.identify(thread)

    def enter(self, thread: VirtualThread) -> None:
        """Make the calling thread the announced one; return when it is its turn."""
        with self.mutex:
            self.identify(thread)
            self._dispatch()
        self._await_turn(thread)

    def identify(self, thread: VirtualThread) -> None:
        """Know a virtual thread as the calling one, by what names it in this process."""
        thread.ident = _thread.get_ident()
        thread.stall_detector = StallDetector(thread.ident)
        self.members[thread.ident] = thread

    def leave(self, thread: VirtualThread) -> None:
        """Let the calling thread end."""
        with self.mutex:
            if thread.status is Status.GONE:
                return
            self._clear_preemption(thread)
            thread.status = Status.GONE
            self.everyone.remove(thread)
            del self.members[thread.ident]
            for joiner in thread.joiners:
                self.wake(joiner)
            self._give_up_turn(thread)

    @contextmanager
    def in_real_time(self) -> Iterator[None]:
        """Let the calling thread leave virtual time for a while, in which it keeps its turn."""
        me = self.members.pop(_thread.get_ident(), None)
        try:
            yield
        finally:
            if me is not None:
                self.members[me.ident] = me

    def close(self) -> None:
        """End virtual time: every thread goes on in real time, except for those of a reported deadlock."""
        with self.mutex:
            for thread in self.everyone:
                if self._deadlocked and thread.status is Status.WAITING and thread.due is None:
                    thread.error = AbandonedError()
                    abandon(thread.ident)
                thread.status = Status.GONE
                thread.open_gate()
            self.everyone.clear()
            self.members.clear()
            self.wake_ups, self.ready, self._monitor, self._running = WakeUps(), deque(), Monitor(), None

    def after_fork(self) -> None:
        """Start anew in a forked child: another thread, which is not here, may have held the mutex."""
        self.mutex = _thread.RLock()

    def sleep_until(self, due: int) -> None:
        """Block the calling thread until an instant; other threads go on meanwhile."""
        me = self.current() if len(self.everyone) > 1 or self._outside.is_working() else None
        if me is None:
            self.clock.move_to(due)
            return
        self.rejoin()
        while self.clock.key < due and me.status is not Status.GONE:  # a signal handler may sleep or lock meanwhile
            with self.mutex:
                self.begin_wait(me, due, Awaited.SLEEP)
            self._await_turn(me)

    def begin_wait(
        self, me: VirtualThread, due: int | None, awaits: object, probe: Callable[[], bool] | None = None
    ) -> None:
        """Give up the turn until `wake` or the instant `due`; the caller holds `mutex`, then calls `end_wait`.

        `awaits` is what it waits for; `probe` tells whether something real has arrived for it.
        """
        me.awaits, me.probe, me.woken = awaits, probe, False
        me.waits_since = self.clock.elapsed_ns
        me.status = Status.WAITING
        self.wake_ups.set(me, due)
        self._give_up_turn(me)

    def end_wait(self, me: VirtualThread) -> bool:
        """Wait for the turn; True after `wake`, False if `due` has come or virtual time has ended."""
        try:
            self._await_turn(me)
        except BaseException:  # it waits for ever: the program is deadlocked
            self.clock.observer.stalled(me.waits_since, self.clock.elapsed_ns, for_ever=True)
            raise
        self.clock.observer.stalled(me.waits_since, self.clock.elapsed_ns)
        return me.woken

    def wake(self, thread: VirtualThread) -> None:
        """Let a thread that waits go on when it is its turn."""
        with self.mutex:
            if thread.status is Status.WAITING:
                thread.woken = True
                self._enqueue(thread)
                self._dispatch()

    def yield_turn(self) -> None:
        """Let the threads that are ready run before the calling thread goes on."""
        me = self.current()
        if me is None or not self.ready:
            return
        self.rejoin()
        with self.mutex:
            if not self.ready:
                return
            self._enqueue(me)
            self._give_up_turn(me)
        self._await_turn(me)

    @contextmanager
    def outside(self, due: int | None = None) -> Iterator[None]:
        """Give up the turn while the thread blocks in a real call, at most until `due`; real time flows."""
        me = self.current()
        if me is None or (me.status is Status.OUTSIDE and not me.preempted):
            yield
            return
        self.rejoin()
        start_ns = self.clock.elapsed_ns
        with self.mutex:
            me.status, me.awaits = Status.OUTSIDE, Awaited.REAL_CALL
            self.wake_ups.set(me, due)
            self._give_up_turn(me)
        try:
            yield
        finally:
            self._come_back(me)
            self.clock.observer.stalled(start_ns, self.clock.elapsed_ns)

    def rejoin(self) -> None:
        """Queue for a turn if the calling thread was preempted."""
        if self.preempted:
            me = self.current()
            if me is not None and me.preempted:
                self._come_back(me)

    def _come_back(self, me: VirtualThread) -> None:
        with self.mutex:
            if me.status is not Status.OUTSIDE:
                return
            self._flow.follow(self.wake_ups.next_due())
            looks = me.looks if me.preempted else 0
            self._clear_preemption(me)
            self._enqueue(me)
            self._dispatch()
        self._await_turn(me)
        self.clock.looks += looks  # it was preempted, not idle: it goes on counting where it was

    def _clear_preemption(self, thread: VirtualThread) -> None:
        self.preempted -= thread.preempted
        thread.preempted = False

    def make_ready(self, thread: VirtualThread) -> None:
        """Queue a thread that waits for its turn; the caller holds `mutex`."""
        if thread.status is Status.WAITING:
            self._enqueue(thread)

    def _enqueue(self, thread: VirtualThread) -> None:
        thread.status = Status.READY
        thread.probe = None
        self.wake_ups.clear(thread)
        self.ready.append(thread)

    def _give_up_turn(self, thread: VirtualThread) -> None:
        if self._running is thread:
            self._running = None
        self._dispatch(thread)

    def _await_turn(self, me: VirtualThread) -> None:
        """Wait until the calling thread runs; raise what is pending for it."""
        with self.mutex:
            self._monitor.appoint(me, self.everyone)
        try:
            while me.status is not Status.RUNNING and me.status is not Status.GONE:
                if not me.pass_gate(self._monitor.timeout(me)):
                    self._check_running()
        except BaseException:  # what a signal handler raised, KeyboardInterrupt above all
            with self.mutex:
                if me.status is Status.WAITING:
                    self._enqueue(me)
                    self._dispatch()
            self._await_turn(me)
            raise
        me.raise_pending()

    def _dispatch(self, candidate: VirtualThread | None = None) -> None:
        """Let the next thread run, unless one runs; move time if none can."""
        if self._running is not None:
            return
        self._flow.follow(self.wake_ups.next_due())
        while self.ready or self._pace():
            thread = self.ready.popleft()
            if thread.ring is not None:
                thread.ring()
            elif thread.status is Status.READY:
                thread.status, self._running = Status.RUNNING, thread
                self._flow.stop()
                if thread.stall_detector is not None:
                    thread.stall_detector.start()
                thread.open_gate()
                self._monitor.appoint(candidate, self.everyone)
                return

    def _check_running(self) -> None:
        """Preempt the running thread if it is stalled; if none runs, let real time flow."""
        with self.mutex:
            running = self._running
            if running is not None and running.stall_detector is not None and running.stall_detector.is_stalled():
                running.status, running.preempted, running.awaits = Status.OUTSIDE, True, Awaited.REAL_CALL
                running.due, running.looks = None, self.clock.looks
                self.preempted += 1
                self._running = None
            self._dispatch()

    def next_due(self) -> int | None:
        """Return the next instant another thread waits for."""
        if len(self.everyone) <= 1:
            return None
        with self.mutex:
            return self.wake_ups.next_due()

    def _pace(self) -> bool:
        """No thread is ready: act on the decision; True if one is ready then, False if only the real world can tell."""
        if self._wake(reached(self.everyone)):
            return True
        match decide(state_of(self.everyone, self.wake_ups.next_due(), self._outside, self.members)):
            case JumpTo(due):
                self.clock.move_to(due)
                return self._wake_first()
            case FlowUntil(due):
                self._flow.start()
                return due is not None and due <= self.clock.key and self._wake_first()
            case WaitForCaller():
                listener = first_listener(self.everyone)
                assert listener is not None
                self._enqueue(listener)
                return True
            case Deadlock():
                return self._wake(reached_late(self.everyone)) or self._declare_deadlock()
        return False

    def _wake(self, threads: list[VirtualThread], *, woken: bool = True) -> bool:
        for thread in threads:
            thread.woken = woken
            self._enqueue(thread)
        return bool(threads)

    def _wake_first(self) -> bool:
        """Wake the first of those whose instant has come; one that is outside comes back by itself."""
        first = self.wake_ups.first()
        return first is not None and first.status is Status.WAITING and self._wake([first], woken=False)

    def _declare_deadlock(self) -> bool:
        """Raise the error in the first thread of the program that waits; False if none does."""
        first = next((thread for thread in self.everyone if thread.status is Status.WAITING), None)
        if first is None:
            return False
        self._deadlocked = True
        self.clock.observer.advancing()
        first.error = DeadlockError(self._explain(self))
        self._enqueue(first)
        return True
