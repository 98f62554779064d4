"""A thread that lives in virtual time, and what it is doing."""

from __future__ import annotations

import _thread
import signal
from contextlib import contextmanager
from enum import Enum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from .stall import StallDetector

_real_lock = _thread.allocate_lock
_acquire = _thread.LockType.acquire  # blockbuster replaces the method to find what blocks a loop; this is no such call


class AbandonedError(SystemExit):
    """Ends a thread of a reported deadlock, silently, when virtual time ends."""


class Status(Enum):
    """What a virtual thread is doing."""

    READY = "waiting for its turn"
    RUNNING = "running"
    WAITING = "waiting"
    OUTSIDE = "blocked in a real call"
    GONE = "gone"


class Awaited(Enum):
    """What a virtual thread waits for, if it is not a lock, another virtual thread or the next event of a loop."""

    SLEEP = "the end of a sleep"
    SIGNAL = "a signal"
    CONNECTION = "data from a connection"
    REAL_CALL = "the end of a real call"


class VirtualThread:
    """One thread that lives in virtual time."""

    def __init__(self, name: str, number: int) -> None:
        self.name = name
        self.number = number
        self.status = Status.READY
        self.ident = 0
        self.daemon = False
        self.stall_detector: StallDetector | None = None
        self.gate = _real_lock()
        self.gate.acquire(blocking=False)
        self.due: int | None = None
        """The instant at which it wants to be woken."""
        self.ticket = 0
        """Its number in the queue of `WakeUps`."""
        self.woken = False
        self.awaits: object = None
        """A lock, the virtual thread it joins, an event loop, or an `Awaited`."""
        self.waits_since = 0
        """When it last began to wait, in nanoseconds since the clock was made."""
        self.probe: Callable[[], bool] | None = None
        """Tells whether something real has arrived for it."""
        self.is_idle: Callable[[], bool] | None = None
        """Tells whether it is a worker that merely waits for a job while it is outside."""
        self.preempted = False
        """It is outside without knowing: the others went on, because it seemed stuck."""
        self.looks = 0
        """The count of looks at the clock when it was preempted."""
        self.listening = False
        """While it waits: a client or a signal from outside may wake it."""
        self.signals = 0
        """The number of alarms it is to raise when it runs."""
        self.ring: Callable[[], None] | None = None
        """What to do in its turn, if there is no thread behind it (see `timer`)."""
        self.error: BaseException | None = None
        self.joiners: list[VirtualThread] = []

    @contextmanager
    def unwatched(self) -> Iterator[None]:
        """Do not take this thread for stuck while it waits in a short real call."""
        detector, self.stall_detector = self.stall_detector, None
        try:
            yield
        finally:
            self.stall_detector = detector
            if detector is not None:
                detector.start()

    def raise_pending(self) -> None:
        """Raise the error, then the signals, that others left for this thread."""
        error, self.error = self.error, None
        if error is not None:
            raise error
        while self.signals:
            self.signals -= 1
            signal.raise_signal(signal.SIGALRM)

    def pass_gate(self, seconds: float) -> bool:
        """Wait, in real time, until the gate is open, and close it; False if it stayed closed for so long."""
        return _acquire(self.gate, True, seconds)  # noqa: FBT003  # no keyword for it

    def open_gate(self) -> None:
        """Let the thread go on; does nothing if the gate is open."""
        if self.gate.locked():
            self.gate.release()
