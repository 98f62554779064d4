"""The real world, as far as a program in virtual time waits for it.

Time may jump only if nothing out there is at work for the program: no child process, no peer in another process, no job
of a thread that lives in real time.  `Outside` is the one place to ask.
"""

from __future__ import annotations

import _thread
import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING

from pytest_asyncgrade.virtualtime.real_time import is_alarm_set

from .children import Children
from .loopback import Loopback
from .peers import IN_REAL_TIME, WITHIN, Peers, Reach
from .real_threads import any_busy

if TYPE_CHECKING:
    from collections.abc import Container, Iterator

__all__ = ["IN_REAL_TIME", "WITHIN", "Outside", "Reach"]


class Outside:
    """What the real world may still do for a program.

    In a world that is `closed` nobody outside of the process connects to it, sends it a signal or shares its memory.
    """

    def __init__(self, *, closed: bool) -> None:
        self.closed = closed
        self.children = Children()
        self.loopback = Loopback()
        self.peers = Peers()
        self.quiet = True
        """No child process has been started and no job is under way: what the fast path of the loop asks."""
        self._threads_before = threading.active_count()
        self._jobs = 0
        self._lock = _thread.allocate_lock()

    def is_working(self) -> bool:
        """Tell whether a child process, or a thread that lives in real time, works for the program."""
        return not self.quiet and (bool(self._jobs) or self.children.alive())

    def child_started(self) -> None:
        """Note that the program has started a child process: from now on it is worth asking for one."""
        self.quiet = False

    def job_started(self) -> None:
        """Note that a thread that lives in real time has been given a job."""
        with self._lock:
            self._jobs += 1
            self.quiet = False

    def job_done(self, _job: object = None) -> None:
        """Note that such a job is done."""
        with self._lock:
            self._jobs -= 1
            self.quiet = not self._jobs and not self.children.known()

    @contextmanager
    def job(self) -> Iterator[None]:
        """Count the block as a job of threads that live in real time."""
        self.job_started()
        try:
            yield
        finally:
            self.job_done()

    def has_bystanders(self, members: Container[int]) -> bool:
        """Tell whether a thread that lives in real time may still wake somebody.

        `members` holds the idents of the threads that live in virtual time.
        """
        return not self.closed and any_busy(members)

    def has_new_threads(self) -> bool:
        """Tell whether there are more threads than at the start, for a loop outside of `virtual_time()`."""
        return not self.closed and threading.active_count() > self._threads_before

    def may_signal(self, handlers: object) -> bool:
        """Tell whether a signal may come that the program waits for; `handlers` are those of its loop."""
        return not self.closed and (bool(handlers) or is_alarm_set())

    def may_call(self, reached: Container[Reach]) -> bool:
        """Tell whether a client may connect to what is watched, and nothing else can happen to it."""
        return not self.closed and Reach.ANYBODY in reached and Reach.INSIDE not in reached

    def after_fork(self) -> None:
        """Start anew in a forked child: another thread, which is not here, may have held the lock."""
        self._lock = _thread.allocate_lock()
