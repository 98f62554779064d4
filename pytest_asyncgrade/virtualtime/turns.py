"""Whose turn it is: exactly one participant runs, and if none can, time moves to the next moment that one waits for.

The one who runs holds the baton.  Those who are ready get it first come, first served; those who wait for one moment
are woken one after the other, in the order in which they began to wait.  While anything outside is outstanding and
nobody can run, time flows as real time does, at most to the next moment somebody waits for.
"""

from __future__ import annotations

import _thread
import signal
import time
from collections import deque
from typing import TYPE_CHECKING, Any

from .alarms import Alarms
from .instant import LATENESS_BITS
from .participant import Participant, State
from .real_time import Real

if TYPE_CHECKING:
    from collections.abc import Callable

    from .clock import VirtualClock

POLL = 0.005
"""How often, in real seconds, somebody who waits looks whether the one who runs makes headway."""

LATE = 0.01
"""How long, in real seconds, to wait for connections before nobody can go on for certain."""

_real_sleep = time.sleep


class Turns:
    """The baton of one clock's participants."""

    def __init__(self, clock: VirtualClock) -> None:
        self.clock = clock
        self.mutex = _thread.RLock()
        self.everyone: list[Participant] = []
        self.ready: deque[Participant] = deque()
        self.alarms = Alarms()
        self.running: Participant | None = None
        self.watcher: Participant | None = None
        self.strays = 0
        self.flowing_since: int | None = None
        self.outstanding = 0
        """How many jobs threads outside of virtual time are working on for this clock."""
        self.strangers_busy: Callable[[], bool] = lambda: False
        self.children_alive: Callable[[], bool] = lambda: False
        self.explain: Callable[[Any], str] = lambda _turns: "deadlock"
        self.deadlocked = False

    def make_ready(self, participant: Participant) -> None:
        """Let a participant that waits have its turn; the caller holds `mutex`."""
        if participant.state is State.WAITING:
            self._make_ready(participant)

    def _make_ready(self, participant: Participant) -> None:
        participant.state = State.READY
        participant.probe = None
        self.alarms.clear(participant)
        self.ready.append(participant)

    # -- the baton

    def _release_baton(self, participant: Participant) -> None:
        if self.running is participant:
            self.running = None
        self._dispatch(participant)

    def _await_turn(self, me: Participant) -> None:
        """Wait until it is this thread's turn; raise what was left for it."""
        with self.mutex:
            self._appoint_watcher(me)
        try:
            while me.state is not State.RUNNING and me.state is not State.GONE:
                if not me.pass_gate(POLL if self.watcher is me else -1):
                    self._watch()
        except BaseException:  # what a signal handler raised, KeyboardInterrupt above all
            with self.mutex:
                if me.state is State.WAITING:
                    self._make_ready(me)
                    self._dispatch()
            self._await_turn(me)
            raise
        error, me.error = me.error, None
        if error is not None:
            raise error
        while me.signals:
            me.signals -= 1
            signal.raise_signal(signal.SIGALRM)

    def _dispatch(self, watcher: Participant | None = None) -> None:
        """Give the baton, if nobody holds it, to the next who can run; move time if nobody can."""
        if self.running is not None:
            return
        self._flow()
        while self.ready or self._find_ready():
            participant = self.ready.popleft()
            if participant.ring is not None:
                participant.ring()
            elif participant.state is State.READY:
                participant.state, self.running = State.RUNNING, participant
                self.flowing_since = None
                if participant.headway is not None:
                    participant.headway.start()
                participant.open_gate()
                self._appoint_watcher(watcher)
                return

    def _appoint_watcher(self, candidate: Participant | None) -> None:
        """See to it that one of those who wait looks at the one who runs now and then."""
        waits = (State.WAITING, State.READY)
        if self.watcher is not None and self.watcher.state in waits:
            return
        if candidate is None or candidate.state not in waits:
            candidate = next((one for one in self.everyone if one.state in waits and one.ident), None)
        self.watcher = candidate
        if candidate is not None and candidate.ident != _thread.get_ident():
            candidate.open_gate()

    def _watch(self) -> None:
        """Look whether the one who runs makes headway; if nobody runs, let real time flow."""
        with self.mutex:
            holder = self.running
            if holder is not None and holder.headway is not None and holder.headway.is_stuck():
                holder.state, holder.stray, holder.awaits = State.OUTSIDE, True, "outside"
                holder.key, holder.looks = None, self.clock.looks
                self.strays += 1
                self.running = None
            self._dispatch()

    # -- time

    def _find_ready(self) -> bool:
        """Find who can run next; False if only something outside can tell."""
        self._probe()
        if self.ready:
            return True
        key = self.alarms.next_key()
        if self._is_outstanding():
            if self.flowing_since is None:
                self.flowing_since = Real.monotonic_ns()
            if key is None or self.clock.key < key:
                return False
            return self._wake_first()
        if key is not None:
            self.clock.move_to(key)
            return self._wake_first()
        return not any(participant.state is State.OUTSIDE for participant in self.everyone) and (
            self._let_one_wait_outside()
            or self._something_comes_late()
            or (not self._await_strangers() and self._declare_deadlock())
        )

    def _await_strangers(self) -> bool:
        """Let real time flow if a thread that lives in it may still wake somebody."""
        if not self.strangers_busy():
            return False
        self.flowing_since = self.flowing_since or Real.monotonic_ns()
        return True

    def _something_comes_late(self) -> bool:
        """Give the real world a last chance before a deadlock is declared."""
        if any(participant.probe is not None for participant in self.everyone):
            _real_sleep(LATE)
            self._probe()
        return bool(self.ready)

    def _let_one_wait_outside(self) -> bool:
        """Wake one who can really wait for a stranger (a server that listens), so that it does."""
        for participant in self.everyone:
            if participant.state is State.WAITING and participant.may_be_called:
                self._make_ready(participant)
                return True
        return False

    def _probe(self) -> None:
        for participant in self.everyone:
            if participant.probe is not None and participant.probe():
                participant.woken = True
                self._make_ready(participant)

    def _is_outstanding(self) -> bool:
        """Tell whether anything is under way in the real world."""
        return (
            bool(self.outstanding)
            or self.children_alive()
            or any(
                participant.state is State.OUTSIDE and not (participant.idle is not None and participant.idle())
                for participant in self.everyone
            )
        )

    def next_key(self) -> int:
        """Return the next moment another thread waits for; 0 if there is none."""
        if len(self.everyone) <= 1:
            return 0
        with self.mutex:
            return self.alarms.next_key() or 0

    def _wake_first(self) -> bool:
        """Wake the first of those whose moment has come; one who is outside comes back by itself."""
        participant = self.alarms.first()
        if participant is not None and participant.state is State.WAITING:
            self._make_ready(participant)
            return True
        return False

    def _flow(self) -> None:
        """Let the clock follow real time since nobody could run, at most to the next moment somebody waits for."""
        if self.flowing_since is None:
            return
        now = Real.monotonic_ns()
        target = self.clock.key + (now - self.flowing_since << LATENESS_BITS)
        self.flowing_since = now
        key = self.alarms.next_key()
        self.clock.move_to(target if key is None else min(target, key))

    # -- deadlock

    def _declare_deadlock(self) -> bool:
        """Wake the one that is to report that nobody can go on: the first of the program's threads that waits."""
        from .deadlock import DeadlockError

        waiting = [participant for participant in self.everyone if participant.state is State.WAITING]
        if not waiting:
            return False
        self.deadlocked = True
        self.clock.observer.advancing()
        waiting[0].error = DeadlockError(self.explain(self))
        self._make_ready(waiting[0])
        return True
