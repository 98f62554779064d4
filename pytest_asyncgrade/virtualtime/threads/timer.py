"""Calls a function at an instant: to the scheduler it is a sleeping thread, though there is no thread behind it."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

from pytest_asyncgrade.virtualtime.instant import LATENESS_MASK, NANOSECONDS

from .virtual_thread import Status, VirtualThread

if TYPE_CHECKING:
    from collections.abc import Callable

    from .scheduler import Scheduler


class SchedulerTimer:
    """Calls `ring` at an instant, with the mutex of the scheduler held, on whichever thread gives up its turn then."""

    def __init__(self, scheduler: Scheduler, name: str, ring: Callable[[], None]) -> None:
        self._scheduler = scheduler
        self._thread = VirtualThread(name, -1)
        self._thread.daemon, self._thread.ring = True, ring
        self._thread.status = Status.GONE

    @property
    def due(self) -> int | None:
        """The instant at which it rings; None if it is not set."""
        return self._thread.due

    def set(self, due: int) -> None:
        """Let it ring at an instant."""
        scheduler = self._scheduler
        with scheduler.mutex:
            if self._thread not in scheduler.everyone:
                scheduler.everyone.append(self._thread)
            self._thread.status = Status.WAITING
            scheduler.wake_ups.set(self._thread, due)

    def clear(self) -> None:
        """Do not let it ring."""
        scheduler = self._scheduler
        with scheduler.mutex:
            scheduler.wake_ups.clear(self._thread)
            self._thread.status = Status.GONE
            if self._thread in scheduler.everyone:
                scheduler.everyone.remove(self._thread)


class VirtualTimeLimitError(Exception):
    """More virtual time has passed than was allowed."""


def limit_time(scheduler: Scheduler, limit_ns: int) -> None:
    """Raise `VirtualTimeLimitError` in the main thread when more virtual time has passed."""

    def ring() -> None:
        timer.clear()
        main = scheduler.members.get(threading.main_thread().ident or 0)
        if main is not None:
            main.error = VirtualTimeLimitError(
                f"more than {limit_ns / NANOSECONDS:g} s of virtual time have passed, which is the limit"
            )
            scheduler.make_ready(main)

    timer = SchedulerTimer(scheduler, "limit", ring)
    timer.set(scheduler.clock.after(limit_ns) | LATENESS_MASK)
