"""Waits, in virtual time, until threads have ended."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from pytest_asyncgrade.virtualtime.instant import nanoseconds

from .virtual_thread import Status

if TYPE_CHECKING:
    from .scheduler import Scheduler
    from .virtual_thread import VirtualThread


def join(scheduler: Scheduler, me: VirtualThread, other: VirtualThread, timeout: float | None) -> bool:
    """Wait until another thread has ended; False if it has not after `timeout` seconds."""
    scheduler.rejoin()
    deadline = None if timeout is None else scheduler.clock.after(nanoseconds(max(timeout, 0)))
    while True:
        with scheduler.mutex:
            if other.status is Status.GONE:
                return True
            if deadline is not None and scheduler.clock.key >= deadline:
                return False
            other.joiners.append(me)
            scheduler.begin_wait(me, deadline, other)
        try:
            scheduler.end_wait(me)
        finally:
            if me in other.joiners:
                other.joiners.remove(me)


def join_all(scheduler: Scheduler) -> None:
    """Wait for every thread that is not a daemon, as the interpreter does at the end of a script."""
    me = scheduler.current()
    if me is None:
        return
    _end_idle_pools()
    while True:
        others = [one for one in scheduler.everyone if one is not me and not one.daemon]
        if not others:
            return
        join(scheduler, me, others[0], None)


def _end_idle_pools() -> None:
    """Tell the executors to end when they have no job, as the interpreter does at exit; leave them usable after that.

    `_python_exit` and the flags are private names of CPython 3.11 to 3.14.
    """
    for name, flag in (("concurrent.futures.thread", "_shutdown"), ("concurrent.futures.process", "_global_shutdown")):
        module = sys.modules.get(name)
        if module is not None:
            before = getattr(module, flag)
            try:
                module._python_exit()
            finally:
                setattr(module, flag, before)
