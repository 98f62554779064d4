"""Takes the threads of a program in virtual time through it one at a time, so that load cannot change what they do.

A participant that blocks (``time.sleep``, a lock, a join, an idle event loop) gives its turn away.  It can also be
*outside*: blocked in a real system call, which this module cannot see, or computing for very long.  The others notice
that it makes no headway and go on without it.
"""

from __future__ import annotations

import _thread
from contextlib import contextmanager
from typing import TYPE_CHECKING, ClassVar

from .headway import Headway
from .participant import AbandonedError, Participant, State
from .turns import Turns

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from .clock import VirtualClock

POLLS = 100
"""After so many looks in vain at an event, a queue or a thread the other threads have their turn."""


class Threads(Turns):
    """What the participants of one clock do: come and go, wait, stay outside."""

    abandoned: ClassVar[set[int]] = set()
    """The threads, by ident, of deadlocks that have been reported: they are about to end, and will wake nobody."""

    def __init__(self, clock: VirtualClock) -> None:
        super().__init__(clock)
        self.members: dict[int, Participant] = {}
        self.numbers = 0
        self.has_children = False
        """A child process has been started: from now on it is worth asking whether one is alive."""

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
        if self.several():
            for loop in self.clock.loops:
                loop.watch_callers()
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
        self.abandoned.discard(participant.ident)

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
                    self.abandoned.add(participant.ident)
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
        me.waits_since = self.clock.elapsed_ns
        me.state = State.WAITING
        self.alarms.set(me, key)
        self._release_baton(me)

    def end_wait(self, me: Participant) -> bool:
        """Wait for the baton; True if somebody called `wake`, False if time ran out or virtual time has ended."""
        try:
            self._await_turn(me)
        except BaseException:  # it waits for ever: nobody can go on
            self.clock.observer.stalled(me.waits_since, self.clock.elapsed_ns, for_ever=True)
            raise
        self.clock.observer.stalled(me.waits_since, self.clock.elapsed_ns)
        return me.woken

    def came(self, _job: object) -> None:
        """Note that a thread outside of virtual time has done a job."""
        with self.mutex:
            self.outstanding -= 1

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
        start_ns = self.clock.elapsed_ns
        with self.mutex:
            me.state, me.awaits = State.OUTSIDE, "outside"
            self.alarms.set(me, key)
            self._release_baton(me)
        try:
            yield
        finally:
            self._come_back(me)
            self.clock.observer.stalled(start_ns, self.clock.elapsed_ns)

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
            looks = me.looks if me.stray else 0
            self._no_stray(me)
            self._make_ready(me)
            self._dispatch()
        self._await_turn(me)
        self.clock.looks += looks  # it goes on where it was: little of real time has gone by, and none of its own

    def _no_stray(self, participant: Participant) -> None:
        self.strays -= participant.stray
        participant.stray = False
