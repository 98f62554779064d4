"""An event loop whose timers fire in virtual time, in the order in which they would fire in real time.

It is the stock loop of the platform with another way to wait: where that one sleeps until the next timer is due, this
one moves its clock there.  Timers of one instant fire together, in one iteration, in the order they were armed.  (The
stock heap is not stable on ties, but in real time there are none: each timer is armed a little after the one before.)
"""

from __future__ import annotations

import asyncio
import inspect
import sys
import warnings
from contextlib import nullcontext
from heapq import heappush
from math import ceil
from typing import TYPE_CHECKING, Any, TypeVar, TypeVarTuple

from pytest_asyncgrade.virtualtime.instant import (
    LATENESS_BITS,
    NANOSECONDS,
    NOISE,
    Instant,
    instant,
    nanoseconds,
)
from pytest_asyncgrade.virtualtime.observer import Observer
from pytest_asyncgrade.virtualtime.runtime import VirtualClock
from pytest_asyncgrade.virtualtime.spin import LOOKS_UNCOUNTED, SUSPICIOUS_LOOKS

from .callers import blame_caller, checked_timer, watch_callers
from .handles import INDEX_BITS, NEVER, Handle, SleepHandle, TimerHandle
from .idle import Idle
from .jump import run_timers
from .running import run_ready, run_ready_in_debug_mode
from .stock import StockFuture, StockLoop, set_result
from .tasks import Numbers, create, create_observed, ours_of, stock_of
from .timers import Timers

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine
    from concurrent.futures import Executor
    from contextvars import Context
    from selectors import BaseSelector

    from pytest_asyncgrade.virtualtime.clock import Clock
    from pytest_asyncgrade.virtualtime.runtime import Runtime

_Ts = TypeVarTuple("_Ts")
_T = TypeVar("_T")

_SHORTEST, _LONGEST = 1e-9, 1e15
"""Seconds; a float as large as the longest does not know its seconds any more, and nobody waits so long."""

_ONE_LATE = 1 << INDEX_BITS
"""One step of lateness, in an entry of the heap."""

_STOCK_TASK = asyncio.Task
_add_done_callback = asyncio.Task.add_done_callback


class VirtualTimeLoop(StockLoop):
    """An event loop in virtual time: the stock loop of this platform, which never waits for a timer.

    Usable alone, as a ``loop_factory`` of `asyncio.Runner`, or inside `virtual_time()`, which also makes
    ``time.sleep`` and the clocks of the process follow `clock`.
    """

    __slots__ = (
        "_clock", "_closed", "_debug", "_everyone", "_files", "_idle", "_iteration", "_numbers", "_ready", "_running",
        "_runtime", "_select", "_signal_handlers", "_stopping", "_task_factory", "_timers", "clock", "get_debug",
    )  # fmt: skip

    default_clock: VirtualClock | None = None
    """The clock of `virtual_time()`, while in it."""

    _clock: Clock
    _runtime: Runtime
    clock: VirtualClock

    def __init__(self, clock: VirtualClock | None = None, *, selector: BaseSelector | None = None) -> None:
        self._timers = Timers()
        super().__init__(selector)
        self._use(clock or self.default_clock or VirtualClock())
        self._idle = Idle(self)
        self._files: dict[int, Any] = self._selector._fd_to_key  # type: ignore[attr-defined]  # behind get_map()
        select: Any = self._selector.select
        self._select = inspect.unwrap(select.__func__).__get__(self._selector)
        self._iteration = 0
        self._running = 0
        self._numbers = Numbers(self)

    def _use(self, clock: VirtualClock) -> None:
        self.clock, self._runtime = clock, clock.runtime
        self._clock, self._everyone = clock.runtime.clock, clock.runtime.scheduler.everyone

    # -- tasks

    def create_task(self, coro: Coroutine[Any, Any, Any], **keywords: Any) -> asyncio.Task[Any]:
        """Schedule a coroutine, as the stock loop does."""
        observer = self._clock.observer
        if self._task_factory is None and not self._closed and asyncio.tasks.Task is _STOCK_TASK:
            task: asyncio.Task[Any] = create(coro, self, keywords)
            if self._debug:
                blame_caller(task)
            if type(observer) is not Observer and observer.task_created(task, coro):
                _add_done_callback(task, observer.task_done)
            return task
        if type(observer) is Observer:
            return super().create_task(coro, **keywords)
        return create_observed(super().create_task, observer, coro, keywords)

    def set_task_factory(self, factory: Any) -> None:
        """Set what makes the tasks of this loop; the eager tasks of asyncio get numbers as all others do."""
        super().set_task_factory(ours_of(factory))

    def get_task_factory(self) -> Any:
        """Return what was set."""
        return stock_of(super().get_task_factory())

    # -- time and callbacks

    def time(self) -> float:
        """Return the virtual time in seconds, an `Instant`; the same as ``time.monotonic()`` in `virtual_time()`."""
        clock = self._clock
        clock.looks += 1
        if clock.looks >= SUSPICIOUS_LOOKS:
            return self._runtime.spin.read()
        now, key = clock.now, clock.key
        if now.key is not key:
            clock.now = now = Instant((key >> LATENESS_BITS) / NANOSECONDS)  # `instant`, inlined
            now.key = key
        return now

    def call_soon(
        self, callback: Callable[[*_Ts], object], *args: *_Ts, context: Context | None = None
    ) -> asyncio.Handle:
        """Arrange for `callback` to be called in the next iteration."""
        if self._debug or self._closed:
            made: asyncio.Handle = blame_caller(super().call_soon(callback, *args, context=context))
            return made
        handle: asyncio.Handle
        timers = self._timers
        waking: Any = timers.waking
        if waking is None or context is None or len(args) != 1 or args[0] is not waking._future:  # type: ignore[misc]  # there is one
            handle = Handle(callback, args, self, context)
        else:  # the future calls, and it does not keep what it gets
            handle = waking
            waking._wakeup = callback
            waking._context = context
            timers.waking = None
        self._ready.append(handle)
        return handle

    def call_later(
        self,
        delay: float,
        callback: Callable[[*_Ts], object],
        *args: *_Ts,
        context: Context | None = None,
    ) -> asyncio.TimerHandle:
        """Arrange for `callback` to be called after `delay` seconds."""
        kind = type(delay)
        if (kind is float or kind is int) and _SHORTEST < delay < _LONGEST and not self._debug and not self._closed:
            ns: int = ceil(delay * 1e9 - NOISE) if kind is float else delay * NANOSECONDS  # type: ignore[assignment]  # an int
            timers = self._timers
            armed = timers.armed
            entry = ((ns << LATENESS_BITS) + self._clock.key << INDEX_BITS) + (len(armed) + _ONE_LATE)
            timer: TimerHandle
            given: Any = args
            if callback is set_result and len(given) == 2 and given[1] is None and type(given[0]) is StockFuture:  # noqa: PLR2004  # set_result(future, None)
                timer = SleepHandle(entry, given[0], self)
            else:
                timer = TimerHandle(entry, callback, args, self, context)
            armed.append(timer)
            heappush(timers.heap, entry)
            return timer
        if delay is None:
            msg = "delay must not be None"
            raise TypeError(msg)
        return self.call_at(instant(self._clock.key) + delay, callback, *args, context=context)

    def call_at(
        self,
        when: float,
        callback: Callable[[*_Ts], object],
        *args: *_Ts,
        context: Context | None = None,
    ) -> asyncio.TimerHandle:
        """Arrange for `callback` to be called at the moment `when` of this loop's `time()`."""
        now = self._clock.key
        if isinstance(when, Instant):
            key = when.key
        elif when is None:
            msg = "when cannot be None"
            raise TypeError(msg)
        elif -_LONGEST < when < _LONGEST:
            key = nanoseconds(when) << LATENESS_BITS
        else:
            key = NEVER - 1 if when > 0 else now
        if key >> LATENESS_BITS > now >> LATENESS_BITS:
            key += 1
        timers = self._timers
        entry = (key << INDEX_BITS) + len(timers.armed)
        if self._debug or self._closed:
            timer = checked_timer(self, entry, callback, args, context)
        else:
            timer = TimerHandle(entry, callback, args, self, context)
        timers.armed.append(timer)
        if key < NEVER:
            heappush(timers.heap, entry)
        return timer

    def next_due(self) -> int | None:
        """Return the instant of the first timer; None if there is none that is ever due."""
        return self._timers.next_key()

    @property
    def _scheduled(self) -> list[TimerHandle]:
        """The timers in order, for helpers of other libraries that look into the stock loop's heap; a copy."""
        return self._timers.in_order()

    @_scheduled.setter
    def _scheduled(self, _timers: list[asyncio.TimerHandle]) -> None:
        """Ignore the empty list that the stock loop makes for itself."""

    # -- running

    def run_forever(self) -> None:
        """Run until `stop` is called."""
        ended, default = self._runtime.ended, self.default_clock
        if ended and default is not None and default is not self.clock:
            self._take_clock(default)
        self._runtime.loops.append(self)
        if self._runtime.scheduler.has_several():
            self.watch_callers()
        try:
            super().run_forever()
        finally:
            self._runtime.loops.remove(self)

    def _take_clock(self, clock: VirtualClock) -> None:
        """Go on with another clock; what is left of each timer stays what it was."""
        later = clock.runtime.clock.key - self._clock.key >> LATENESS_BITS << LATENESS_BITS
        self._timers.shift(later)
        self._use(clock)

    def watch_callers(self) -> None:
        """Report to the observer, from now on, other threads that call what is not made for them."""
        watch_callers(self)

    def _run_once(self) -> None:
        """Run one iteration; or, if nothing is ready and only timers can change that, as many as that lasts."""
        ready = self._ready
        if not ready and not self._stopping:
            if run_timers(self):
                return
        else:
            clock, timers = self._clock, self._timers
            clock.looks += 1
            if clock.looks > LOOKS_UNCOUNTED:
                self._runtime.spin.iterated(len(ready))
            if (len(self._files) > 1 or len(self._everyone) > 1 or self._signal_handlers) and self._polls():
                self._process_events(self._select(0))
            if len(timers.armed) > timers.limit:
                timers.tidy()
            if timers.heap and timers.heap[0] >> INDEX_BITS <= clock.key:
                timers.take_due(clock.key, ready)
        self._iteration += 1
        if self._debug:
            run_ready_in_debug_mode(self)
        else:
            run_ready(self)

    def _polls(self) -> bool:
        """Tell whether anything but a timer can wake this loop: a file besides its own pipe, a signal.

        Other threads have their turn first, as the stock loop lets them in whenever it polls.
        """
        scheduler = self._runtime.scheduler
        if scheduler.ready:
            scheduler.yield_turn()
        return len(self._files) > 1 or bool(self._signal_handlers)

    def _wait(self) -> None:
        """Nothing is ready: poll what is outside, then wait for the first timer."""
        polls = self._polls()
        if polls:
            self._process_events(self._select(0))
        if not self._ready:
            self._idle.wait(self._timers.next_key(), polls=polls)

    def _write_to_self(self) -> None:
        """Wake the loop: a callback has come from another thread or from a signal handler."""
        super()._write_to_self()
        self._idle.wake()

    def default_exception_handler(self, context: dict[str, Any]) -> None:
        """Log an error that nobody handles, and tell the observer."""
        self._clock.observer.error_reported(context)
        super().default_exception_handler(context)

    def set_debug(self, enabled: bool) -> None:  # noqa: FBT001  # as asyncio has it
        """Switch debug mode on or off."""
        super().set_debug(enabled)
        self.get_debug = bool(enabled).__bool__

    # -- threads and processes

    def run_in_executor(  # a coroutine function for mypy
        self, executor: Executor | None, func: Callable[[*_Ts], _T], *args: *_Ts
    ) -> asyncio.Future[_T]:
        """Run a function in another thread; time does not jump while it runs."""
        future = super().run_in_executor(executor, func, *args)
        if self._runtime.scheduler.current() is None:  # that thread will live in real time
            self._runtime.outside.job_started()
            future.add_done_callback(self._runtime.outside.job_done)
        return future

    async def shutdown_default_executor(self, *timeout: float | None) -> None:
        """Wait for the threads of the default executor; time does not jump meanwhile."""
        real = self._runtime.scheduler.current() is None
        with self._runtime.outside.job() if real else nullcontext(), warnings.catch_warnings():
            # stalled threads are reported by a deadlock, and the warning would show this line
            warnings.filterwarnings("ignore", "The executor did not finish", RuntimeWarning)
            await super().shutdown_default_executor(*timeout)

    async def subprocess_exec(self, *args: Any, **keywords: Any) -> Any:
        """Start a child process; NotImplementedError on Windows, where only the other stock loop can."""
        _refuse_subprocess()
        return await super().subprocess_exec(*args, **keywords)

    async def subprocess_shell(self, *args: Any, **keywords: Any) -> Any:
        """Start a shell; NotImplementedError on Windows."""
        _refuse_subprocess()
        return await super().subprocess_shell(*args, **keywords)

    def close(self) -> None:
        """Close the loop; its timers never fire."""
        super().close()
        self._timers.clear()


def _refuse_subprocess() -> None:
    if sys.platform == "win32":
        msg = "on Windows asyncio's subprocesses cannot run in virtual time: use subprocess.run in a thread"
        raise NotImplementedError(msg)
