"""Tells whether a running thread is stalled: blocked in a system call, or computing for very long.

A thread that computes uses processor time; one that is blocked uses none, and the kernel says that it sleeps.
Both are asked, several times: on a loaded machine a thread that computes may get no processor for a while.
"""

from __future__ import annotations

import _thread
import time
from pathlib import Path

from pytest_asyncgrade.virtualtime.real_time import Real

BLOCKED_LOOKS = 3
"""Looks in a row, 5 ms apart, that must find a thread asleep before it counts as blocked."""

LONG_COMPUTATION_NS = 2_000_000_000
"""Nanoseconds of processor time that a thread may use, while others wait, before they go on without it."""

LATER_COMPUTATION_NS = 50_000_000
"""The same limit, in nanoseconds, for a thread that has reached it once."""

UNKNOWN_NS = 50_000_000
"""Nanoseconds of real time that a thread may run where its processor time cannot be read."""


class StallDetector:
    """Watches one thread; made on that thread."""

    def __init__(self, ident: int) -> None:
        self._clock = time.pthread_getcpuclockid(ident) if hasattr(time, "pthread_getcpuclockid") else None
        self._stat = Path(f"/proc/self/task/{_thread.get_native_id()}/stat")
        self._limit_ns = LONG_COMPUTATION_NS
        self.start()

    def start(self) -> None:
        """Begin to watch: the thread has just been given its turn."""
        self._looks = 0
        self._first: int | None = None
        self._used = 0

    def is_stalled(self) -> bool:
        """Look at the thread; True if the others should go on without it."""
        used = time.clock_gettime_ns(self._clock) if self._clock is not None else Real.monotonic_ns()
        if self._first is None:
            self._first = self._used = used
            return False
        if self._clock is None:
            return used - self._first > UNKNOWN_NS
        blocked = used == self._used and self._sleeps()
        self._looks = self._looks + 1 if blocked else 0
        self._used = used
        if used - self._first > self._limit_ns:
            self._limit_ns = LATER_COMPUTATION_NS
            return True
        return self._looks >= BLOCKED_LOOKS

    def _sleeps(self) -> bool:
        """Tell whether the kernel says that the thread sleeps; True where it cannot be asked."""
        try:
            stat = self._stat.read_text(encoding="ascii", errors="replace")
        except OSError:
            return True
        return stat.rpartition(")")[2].split()[0] == "S"
