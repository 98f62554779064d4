"""A thread that takes part in virtual time, and what it is doing."""

from __future__ import annotations

import _thread
from contextlib import contextmanager
from enum import Enum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from .headway import Headway

_real_lock = _thread.allocate_lock
_acquire = _thread.LockType.acquire  # blockbuster replaces it, to find what blocks a loop: our turns do not


class AbandonedError(SystemExit):
    """Ends, without a word, a thread of a deadlock that has been reported, when virtual time ends."""


class State(Enum):
    """What a participant is doing."""

    READY = "waiting for its turn"
    RUNNING = "running"
    WAITING = "waiting"
    OUTSIDE = "outside"
    GONE = "gone"


class Participant:
    """One thread that lives in virtual time."""

    def __init__(self, name: str, number: int) -> None:
        self.name = name
        self.number = number
        self.state = State.READY
        self.ident = 0
        self.daemon = False
        self.headway: Headway | None = None
        self.gate = _real_lock()
        self.gate.acquire(blocking=False)
        self.key: int | None = None
        self.ticket = 0
        self.woken = False
        self.awaits: object = None
        """What it waits for: a lock, the participant it joins, an event loop."""
        self.waits_since = 0
        """When it last began to wait, in nanoseconds since the clock was made."""
        self.probe: Callable[[], bool] | None = None
        """Tells whether something real has arrived for it."""
        self.idle: Callable[[], bool] | None = None
        """Tells, of one that is outside, whether it merely waits to be given work."""
        self.stray = False
        """It is outside without having said so: it still believes to hold the baton."""
        self.looks = 0
        """How often it had looked at the clock by then: who is taken to compute for long may wait busily, slowly."""
        self.may_be_called = False
        """While it waits: somebody unknown may call from outside, should nothing else be left to wait for."""
        self.signals = 0
        """How many alarms have rung for it, which it raises when it has its turn."""
        self.ring: Callable[[], None] | None = None
        """What to do in its turn, if there is no thread behind it: it is the alarm of the process."""
        self.error: BaseException | None = None
        self.joiners: list[Participant] = []

    @contextmanager
    def unwatched(self) -> Iterator[None]:
        """Let nobody conclude from a real wait of this thread's that it is stuck."""
        headway, self.headway = self.headway, None
        try:
            yield
        finally:
            self.headway = headway
            if headway is not None:
                headway.start()

    def pass_gate(self, seconds: float) -> bool:
        """Wait, in real time, until the gate is open, and close it; False if it has not been opened in time."""
        return _acquire(self.gate, True, seconds)  # noqa: FBT003  # no keyword for it

    def open_gate(self) -> None:
        """Let the thread behind this participant go on; harmless if the gate is open."""
        if self.gate.locked():
            self.gate.release()
