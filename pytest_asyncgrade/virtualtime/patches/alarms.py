"""The alarm of the process (``signal.alarm``, ``signal.setitimer``), which rings in virtual time.

To the scheduler it is a sleeping thread.  When it rings, the main thread, where Python runs signal handlers, is woken
and raises the signal in its turn, so that no other thread comes in between.

Computing takes no virtual time, and an alarm is often set to interrupt it.  So it also rings when the process has used
as much processor time as is left until the alarm, while the clock stood still.
"""

from __future__ import annotations

import _thread
import functools
import signal
import threading
import time
from typing import TYPE_CHECKING

from pytest_asyncgrade.virtualtime.instant import LATENESS_BITS, NANOSECONDS, nanoseconds
from pytest_asyncgrade.virtualtime.real_time import caller_module, is_tool
from pytest_asyncgrade.virtualtime.replacing import replace
from pytest_asyncgrade.virtualtime.threads.timer import SchedulerTimer
from pytest_asyncgrade.virtualtime.threads.virtual_thread import Awaited, Status

if TYPE_CHECKING:
    from contextlib import ExitStack

    from pytest_asyncgrade.virtualtime.runtime import Runtime
    from pytest_asyncgrade.virtualtime.threads.scheduler import Scheduler

_CHECK_INTERVAL = 0.02
"""Real seconds between two checks whether the program computes while an alarm is set."""

_real_sleep = time.sleep
_start_real_thread = _thread.start_new_thread


def install(runtime: Runtime, undo: ExitStack) -> None:
    """Let alarms that the program sets ring in virtual time; those of pytest and its plugins stay real."""
    if not hasattr(signal, "setitimer"):
        return
    scheduler = runtime.scheduler
    itimer = _Itimer(scheduler)
    stock_alarm, stock_set, stock_get, stock_pause = signal.alarm, signal.setitimer, signal.getitimer, signal.pause

    @functools.wraps(stock_alarm)
    def alarm(seconds: int, /) -> int:
        if not itimer.concerns(caller_module(1)):
            return stock_alarm(seconds)
        left, _ = itimer.set(seconds, 0)
        return -int(-left // 1)

    @functools.wraps(stock_set)
    def setitimer(which: int, seconds: float, interval: float = 0.0, /) -> tuple[float, float]:
        if which != signal.ITIMER_REAL or not itimer.concerns(caller_module(1)) or seconds < 0 or interval < 0:
            return stock_set(which, seconds, interval)
        return itimer.set(seconds, interval)

    @functools.wraps(stock_get)
    def getitimer(which: int, /) -> tuple[float, float]:
        return itimer.get() if which == signal.ITIMER_REAL and itimer.concerns(caller_module(1)) else stock_get(which)

    @functools.wraps(stock_pause)
    def pause() -> None:
        if not itimer.concerns(caller_module(1)) or not itimer.await_ring():
            with scheduler.outside():
                stock_pause()

    for function in (alarm, setitimer, getitimer, pause):
        replace(signal, function.__name__, function, undo)
    undo.callback(itimer.disarm)


class _Itimer:
    """The one timer ITIMER_REAL of the process."""

    def __init__(self, scheduler: Scheduler) -> None:
        self._scheduler = scheduler
        self._timer = SchedulerTimer(scheduler, "alarm", self._ring)
        self._interval_ns = 0
        self._watched = False
        self.rings = 0

    def concerns(self, module: str | None) -> bool:
        """Tell whether the alarms of a module ring in virtual time."""
        return self._scheduler.current() is not None and not is_tool(module)

    def get(self) -> tuple[float, float]:
        """Return the seconds left and the interval."""
        due = self._timer.due
        left_ns = 0 if due is None else (due >> LATENESS_BITS) - self._scheduler.clock.ns
        return left_ns / NANOSECONDS, self._interval_ns / NANOSECONDS

    def set(self, seconds: float, interval: float) -> tuple[float, float]:
        """Arm it anew, or disarm it if `seconds` is 0; return what was left."""
        left = self.get()
        self._interval_ns = nanoseconds(interval)
        if not seconds:
            self._timer.clear()
            return left
        with self._scheduler.mutex:
            self._timer.set(self._scheduler.clock.after(nanoseconds(seconds)))
            if not self._watched:
                self._watched = True
                _start_real_thread(self._watch_computing, ())
        return left

    def disarm(self) -> None:
        """Forget the alarm."""
        self.set(0, 0)

    def _watch_computing(self) -> None:
        """Let the alarm ring, from a thread in real time, for a program that computes and waits for nothing."""
        clock = self._scheduler.clock
        seen, used = None, 0
        while True:
            _real_sleep(_CHECK_INTERVAL)
            now = time.process_time_ns()
            with self._scheduler.mutex:  # nobody disarms it between this look and the ring
                rings_at = self._timer.due
                if rings_at is None:
                    self._watched = False
                    return
                if (rings_at, clock.key) != seen:
                    seen, used = (rings_at, clock.key), now
                elif now - used >= (rings_at >> LATENESS_BITS) - clock.ns:
                    self._count_ring()
                    signal.pthread_kill(threading.main_thread().ident or 0, signal.SIGALRM)
                    seen = None

    def _count_ring(self) -> None:
        self.rings += 1
        if self._interval_ns:
            self._timer.set(self._scheduler.clock.after(self._interval_ns))
        else:
            self._timer.clear()

    def _ring(self) -> None:
        """Raise the signal in the main thread: in its turn, or at once if it is blocked in a real call."""
        scheduler = self._scheduler
        self._count_ring()
        main = scheduler.members.get(threading.main_thread().ident or 0)
        if main is None or main.status is Status.OUTSIDE:
            signal.pthread_kill(threading.main_thread().ident or 0, signal.SIGALRM)
        else:
            main.signals += 1
            scheduler.make_ready(main)

    def await_ring(self) -> bool:
        """Wait, as ``signal.pause`` does, until the alarm has rung; False if none is set."""
        scheduler, rings = self._scheduler, self.rings
        me = scheduler.current()
        while self._timer.due is not None and me is not None and self.rings == rings:
            with scheduler.mutex:
                scheduler.begin_wait(me, None, Awaited.SIGNAL)
            scheduler.end_wait(me)
        return self.rings > rings
