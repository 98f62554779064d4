"""The alarm of the process (``signal.alarm``, ``signal.setitimer``), which rings in virtual time.

It stands among the threads as one that sleeps until it is to ring.  The main thread, where Python runs signal
handlers, is then woken and raises the signal on its own turn, so that no other thread comes in between.

Computing takes no virtual time, and an alarm is often set to end it.  So it also rings when the process has used as
much processor time as is left until the alarm, while the clock stood still.
"""

from __future__ import annotations

import _thread
import functools
import signal
import sys
import threading
import time
from typing import TYPE_CHECKING

from .bell import Bell
from .instant import LATENESS_BITS, NANOSECONDS, nanoseconds
from .participant import State
from .real_time import is_tool
from .replacing import replace

if TYPE_CHECKING:
    from contextlib import ExitStack

    from .threads import Threads

_LOOK = 0.02
"""Real seconds between two looks whether the program computes while an alarm is set."""
_real_sleep = time.sleep
_start_real_thread = _thread.start_new_thread


def patch_alarm(threads: Threads, undo: ExitStack) -> None:
    """Let alarms that the program sets ring in virtual time; those of pytest and its plugins stay real."""
    if not hasattr(signal, "setitimer"):
        return
    itimer = _Itimer(threads)
    stock_alarm, stock_set, stock_get, stock_pause = signal.alarm, signal.setitimer, signal.getitimer, signal.pause

    @functools.wraps(stock_alarm)
    def alarm(seconds: int, /) -> int:
        if not _is_virtual(threads):
            return stock_alarm(seconds)
        left, _ = itimer.set(seconds, 0)
        return -int(-left // 1)

    @functools.wraps(stock_set)
    def setitimer(which: int, seconds: float, interval: float = 0.0, /) -> tuple[float, float]:
        if which != signal.ITIMER_REAL or not _is_virtual(threads) or seconds < 0 or interval < 0:
            return stock_set(which, seconds, interval)
        return itimer.set(seconds, interval)

    @functools.wraps(stock_get)
    def getitimer(which: int, /) -> tuple[float, float]:
        return itimer.get() if which == signal.ITIMER_REAL and _is_virtual(threads) else stock_get(which)

    @functools.wraps(stock_pause)
    def pause() -> None:
        if not _is_virtual(threads) or not itimer.await_ring():
            with threads.outside():
                stock_pause()

    for function in (alarm, setitimer, getitimer, pause):
        replace(signal, function.__name__, function, undo)
    undo.callback(itimer.disarm)


def _is_virtual(threads: Threads) -> bool:
    return threads.me() is not None and not is_tool(sys._getframe(2).f_globals.get("__name__"))


class _Itimer:
    """The one timer ITIMER_REAL of the process."""

    def __init__(self, threads: Threads) -> None:
        self._threads = threads
        self._bell = Bell(threads, "alarm", self._ring)
        self._interval_ns = 0
        self._watched = False
        self.rings = 0

    def get(self) -> tuple[float, float]:
        """Return the seconds left and the interval."""
        key = self._bell.key
        left_ns = 0 if key is None else (key >> LATENESS_BITS) - self._threads.clock.ns
        return left_ns / NANOSECONDS, self._interval_ns / NANOSECONDS

    def set(self, seconds: float, interval: float) -> tuple[float, float]:
        """Arm it anew, or disarm it if `seconds` is 0; return what was left."""
        left = self.get()
        self._interval_ns = nanoseconds(interval)
        if seconds:
            self._bell.set(self._threads.clock.after(nanoseconds(seconds)))
            if not self._watched:
                self._watched = True
                _start_real_thread(self._watch_computing, ())
        else:
            self._bell.clear()
        return left

    def disarm(self) -> None:
        """Forget the alarm."""
        self.set(0, 0)

    def _watch_computing(self) -> None:
        """Let the alarm ring, in a thread of real time, for a program that computes and waits for nothing."""
        clock = self._threads.clock
        key, used = clock.key, time.process_time_ns()
        while (rings_at := self._bell.key) is not None:
            _real_sleep(_LOOK)
            if clock.key != key:
                key, used = clock.key, time.process_time_ns()
            elif time.process_time_ns() - used >= (rings_at >> LATENESS_BITS) - clock.ns:
                with self._threads.mutex:
                    self._count_ring()
                signal.pthread_kill(threading.main_thread().ident or 0, signal.SIGALRM)
                used = time.process_time_ns()
        self._watched = False

    def _count_ring(self) -> None:
        self.rings += 1
        if self._interval_ns:
            self._bell.set(self._threads.clock.after(self._interval_ns))
        else:
            self._bell.clear()

    def _ring(self) -> None:
        """Raise the signal in the main thread: on its turn, or at once if it is outside of virtual time."""
        threads = self._threads
        self._count_ring()
        main = threads.members.get(threading.main_thread().ident or 0)
        if main is None or main.state is State.OUTSIDE:
            signal.pthread_kill(threading.main_thread().ident or 0, signal.SIGALRM)
        else:
            main.signals += 1
            threads.make_ready(main)

    def await_ring(self) -> bool:
        """Wait, as ``signal.pause`` does, until the alarm has rung; False if none is set."""
        threads, rings = self._threads, self.rings
        me = threads.me()
        while self._bell.key is not None and me is not None and self.rings == rings:
            with threads.mutex:
                threads.begin_wait(me, None, "a signal")
            threads.end_wait(me)
        return self.rings > rings
