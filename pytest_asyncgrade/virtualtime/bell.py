"""What rings at an instant: it stands among the threads as one that sleeps, though there is no thread behind it."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

from .instant import LATENESS_MASK, nanoseconds
from .participant import Participant, State

if TYPE_CHECKING:
    from collections.abc import Callable

    from .clock import VirtualClock
    from .threads import Threads


class Bell:
    """Calls `ring` when its instant has come; whoever passes the turn on does so, holding the mutex of `threads`."""

    def __init__(self, threads: Threads, name: str, ring: Callable[[], None]) -> None:
        self._threads = threads
        self._participant = Participant(name, -1)
        self._participant.daemon, self._participant.ring = True, ring
        self._participant.state = State.GONE

    @property
    def key(self) -> int | None:
        """The instant at which it rings; None if it is not set."""
        return self._participant.key

    def set(self, key: int) -> None:
        """Let it ring at an instant."""
        with self._threads.mutex:
            if self._participant not in self._threads.everyone:
                self._threads.everyone.append(self._participant)
            self._participant.state = State.WAITING
            self._threads.alarms.set(self._participant, key)

    def clear(self) -> None:
        """Let it not ring any more."""
        with self._threads.mutex:
            self._threads.alarms.clear(self._participant)
            self._participant.state = State.GONE
            if self._participant in self._threads.everyone:
                self._threads.everyone.remove(self._participant)


class VirtualTimeLimitError(Exception):
    """More virtual time has passed than was allowed."""


def limit_time(clock: VirtualClock, seconds: float) -> None:
    """Raise `VirtualTimeLimitError` in the main thread when more than so many virtual seconds have passed."""

    def ring() -> None:
        bell.clear()
        main = clock.threads.members.get(threading.main_thread().ident or 0)
        if main is not None:
            main.error = VirtualTimeLimitError(
                f"more than {seconds:g} s of virtual time have passed, which is the limit"
            )
            clock.threads.make_ready(main)

    bell = Bell(clock.threads, "limit", ring)
    bell.set(clock.after(nanoseconds(seconds)) | LATENESS_MASK)
