"""Takes the threads of a program in virtual time through it one at a time, so that load cannot change what they do.

Exactly one *participant* runs: it holds the baton.  When it blocks (``time.sleep``, a lock, a join, an idle event loop)
the baton goes to the next that can run, first come, first served.  When none can, time moves to the next moment any of
them waits for; those of one moment are woken one after the other, in the order in which they began to wait.

A participant can also be *outside*: blocked in a real system call, which this module cannot see, or computing for very
long.  The others notice that it makes no headway and go on without it.  While anything outside is outstanding and
nobody can run, time flows as real time does, at most to the next moment somebody waits for.
"""

from __future__ import annotations

import _thread
import time
from collections import deque
from contextlib import contextmanager
from typing import TYPE_CHECKING

from .alarms import Alarms
from .headway import Headway
from .instant import LATENESS_BITS
from .participant import AbandonedError, Participant, State
from .real_time import Real

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from .clock import VirtualClock

POLL = 0.005
"""How often, in real seconds, somebody who waits looks whether the one who runs makes headway."""

POLLS = 100
"""After so many looks in vain at an event, a queue or a thread the other threads have their turn."""

LATE = 0.01
"""How long, in real seconds, to wait for connections before nobody can go on for certain."""

_real_sleep = time.sleep


class Threads:
    """The participants of one clock, and whose turn it is."""

    def __init__(self, clock: VirtualClock) -> None:
        self.clock = clock
        self.mutex = _thread.RLock()
        self.everyone: list[Participant] = []
        self.members: dict[int, Participant] = {}
        self.ready: deque[Participant] = deque()
        self.alarms = Alarms()
        self.running: Participant | None = None
        self.watcher: Participant | None = None
        self.strays = 0
        self.numbers = 0
        self.flowing_since: int | None = None
        self.children_alive: Callable[[], bool] = lambda: False
        self.has_children = False
        """A child process has been started: from now on it is worth asking whether one is alive."""
        self.explain: Callable[[Threads], str] = lambda _threads: "deadlock"
        self.deadlocked = False

    # -- coming and going

    def me(self) -> Participant | None:
        """Return the participant of the calling thread; None for a thread that lives in real time."""
        return self.members.get(_thread.get_ident())

    def several(self) -> bool:
        """Tell whether there is anybody but the calling thread."""
        return len(self.everyone) > 1

    def expect(self, name: str) -> Participant:
        """Announce a thread that is about to be started; it stands in the queue from now on."""
        with self.mutex:
            participant = Participant(name, self.numbers)
            self.numbers += 1
            self.everyone.append(participant)
            self.ready.append(participant)
            return participant

    def forget(self, participant: Participant) -> None:
        """Take back an announcement: the thread could not be started."""
        with self.mutex:
            participant.state = State.GONE
            self.everyone.remove(participant)

    def begin(self, name: str) -> Participant:
        """Make the calling thread the first participant."""
        participant = self.expect(name)
        self.ready.remove(participant)
        participant.state, self.running = State.RUNNING, participant
        self._identify(participant)
        return participant

    def enter(self, participant: Participant) -> None:
        """Make the calling thread the announced `participant`; returns when it is its turn."""
        with self.mutex:
            self._identify(participant)
            self._dispatch()
        self._await_turn(participant)

    def _identify(self, participant: Participant) -> None:
        participant.ident = _thread.get_ident()
        participant.headway = Headway(participant.ident)
        self.members[participant.ident] = participant

    def leave(self, participant: Participant) -> None:
        """Let the calling thread end."""
        with self.mutex:
            if participant.state is State.GONE:
                return
            self._no_stray(participant)
            participant.state = State.GONE
            self.everyone.remove(participant)
            del self.members[participant.ident]
            for joiner in participant.joiners:
                self.wake(joiner)
            self._release_baton(participant)

    def close(self) -> None:
        """End virtual time: every thread goes on in real time, but for those of a deadlock that has been reported."""
        with self.mutex:
            for participant in self.everyone:
                if self.deadlocked and participant.state is State.WAITING and participant.key is None:
                    participant.error = AbandonedError()
                participant.state = State.GONE
                participant.open_gate()
            self.everyone.clear()
            self.members.clear()

    # -- waiting

    def sleep_until(self, key: int) -> None:
        """Wait for a moment."""
        me = self.me() if len(self.everyone) > 1 or self.children_alive() else None
        if me is None:
            self.clock.move_to(key)
            return
        self.rejoin()
        while self.clock.key < key and me.state is not State.GONE:  # a signal handler may sleep or lock meanwhile
            with self.mutex:
                self.begin_wait(me, key, "sleep")
            self._await_turn(me)

    def begin_wait(
        self, me: Participant, key: int | None, awaits: object, probe: Callable[[], bool] | None = None
    ) -> None:
        """Give the baton away, to get it back when woken or at `key`; the caller holds `mutex`, then calls `end_wait`.

        `awaits` is what it waits for; `probe` tells whether something real has arrived for it.
        """
        me.awaits, me.probe, me.woken = awaits, probe, False
        me.state = State.WAITING
        self.alarms.set(me, key)
        self._release_baton(me)

    def end_wait(self, me: Participant) -> bool:
        """Wait for the baton; True if somebody called `wake`, False if time ran out or virtual time has ended."""
        self._await_turn(me)
        return me.woken

    def wake(self, participant: Participant) -> None:
        """Let a participant that waits go on when its turn comes."""
        with self.mutex:
            if participant.state is State.WAITING:
                participant.woken = True
                self._make_ready(participant)
                self._dispatch()

    def pass_turn(self) -> None:
        """Let those who are ready run before going on."""
        me = self.me()
        if me is None or not self.ready:
            return
        self.rejoin()
        with self.mutex:
            if not self.ready:
                return
            self._make_ready(me)
            self._release_baton(me)
        self._await_turn(me)

    def polled(self) -> None:
        """Note that the program has looked in vain whether something has happened: if it goes on, it waits busily."""
        if self.me() is None:  # a look of somebody else's
            return
        self.clock.look()
        if self.clock.looks % POLLS == 0:
            self.pass_turn()

    @contextmanager
    def outside(self, key: int | None = None) -> Iterator[None]:
        """Give the baton away while the thread blocks in a real system call, at most until `key`; real time flows."""
        me = self.me()
        if me is None or (me.state is State.OUTSIDE and not me.stray):
            yield
            return
        self.rejoin()
        with self.mutex:
            me.state, me.awaits = State.OUTSIDE, "outside"
            self.alarms.set(me, key)
            self._release_baton(me)
        try:
            yield
        finally:
            self._come_back(me)

    def rejoin(self) -> None:
        """Queue for the baton if the calling thread lost it without knowing."""
        if self.strays:
            me = self.me()
            if me is not None and me.stray:
                self._come_back(me)

    def _come_back(self, me: Participant) -> None:
        with self.mutex:
            if me.state is not State.OUTSIDE:
                return
            self._flow()
            self._no_stray(me)
            self._make_ready(me)
            self._dispatch()
        self._await_turn(me)

    def _no_stray(self, participant: Participant) -> None:
        self.strays -= participant.stray
        participant.stray = False

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
                if not me.gate.acquire(True, POLL if self.watcher is me else -1):  # noqa: FBT003  # no keyword for it
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

    def _dispatch(self, watcher: Participant | None = None) -> None:
        """Give the baton, if nobody holds it, to the next who can run; move time if nobody can."""
        if self.running is not None:
            return
        self._flow()
        while self.ready or self._find_ready():
            participant = self.ready.popleft()
            if participant.state is State.READY:
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
                holder.key = None
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
        if any(participant.state is State.OUTSIDE for participant in self.everyone):
            return False
        return self._let_one_wait_outside() or self._something_comes_late() or self._declare_deadlock()

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
        return self.children_alive() or any(
            participant.state is State.OUTSIDE and not (participant.idle is not None and participant.idle())
            for participant in self.everyone
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
        waiting[0].error = DeadlockError(self.explain(self))
        self._make_ready(waiting[0])
        return True
