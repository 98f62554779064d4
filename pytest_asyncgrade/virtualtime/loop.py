"""An event loop whose timers fire in virtual time, in the order they would fire in real time.

It is the platform's stock loop with another idea of waiting: where that one sleeps until the next timer is due, this
one moves its clock there.  Timers of one instant fire together, in one iteration, in the order they were armed (the
stock heap is not stable on ties, but in real time there are no ties: each timer is armed a little after the one before).
"""

from __future__ import annotations

import asyncio
import heapq
import math
import sys
from typing import TYPE_CHECKING, Any, TypeVar

from .clock import VirtualClock
from .idleness import Idleness
from .instant import LATENESS_BITS, Instant, nanoseconds

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine
    from concurrent.futures import Executor
    from contextvars import Context

    from typing_extensions import TypeVarTuple, Unpack

    _Ts = TypeVarTuple("_Ts")

    _PlatformLoop = asyncio.SelectorEventLoop
elif sys.platform == "win32":  # pragma: no cover (Windows: the selector loop has no subprocesses there)
    _PlatformLoop = asyncio.ProactorEventLoop
else:
    _PlatformLoop = asyncio.SelectorEventLoop

_T = TypeVar("_T")

_NEVER = 1 << 200
"""When ``sleep(inf)`` is due."""

_MIN_CANCELLED = 100
"""As in the stock loop: cancelled timers are swept out when there are this many, and half of all."""


class VirtualTimeLoop(_PlatformLoop):
    """An event loop in virtual time: the stock loop of this platform, never waiting for a timer.

    Usable alone, as a ``loop_factory`` of `asyncio.Runner`, or inside `virtual_time()`, which also makes
    ``time.sleep`` and the clocks of the process follow `clock`.
    """

    default_clock: VirtualClock | None = None
    """The clock of `virtual_time()`, while in it."""

    def __init__(self, clock: VirtualClock | None = None, *, selector: Any = None) -> None:
        super().__init__(selector)
        self.clock = clock or self.default_clock or VirtualClock()
        self._idleness = Idleness(self)
        self._heap: list[int] = []
        self._due: dict[int, asyncio.TimerHandle | list[asyncio.TimerHandle]] = {}
        self._cancelled_timers = 0
        self._timers = 0

    def time(self) -> float:
        """Return the virtual time in seconds, an `Instant`; the same as ``time.monotonic()`` in `virtual_time()`."""
        return self.clock.read()

    def call_later(
        self,
        delay: float,
        callback: Callable[[Unpack[_Ts]], object],
        *args: Unpack[_Ts],
        context: Context | None = None,
    ) -> asyncio.TimerHandle:
        """Arrange for `callback` to be called after `delay` seconds."""
        clock = self.clock
        if type(delay) is float and -1e12 < delay < 1e12:
            key = clock.key + (round(delay * 1e9) << LATENESS_BITS)
        elif type(delay) is int:
            key = clock.key + (delay * 1_000_000_000 << LATENESS_BITS)
        elif delay is None:
            msg = "delay must not be None"
            raise TypeError(msg)
        else:
            return self.call_at(Instant(clock.key) + delay, callback, *args, context=context)
        return self._arm(key if key <= clock.key else key + 1, callback, args, context)

    def call_at(
        self,
        when: float,
        callback: Callable[[Unpack[_Ts]], object],
        *args: Unpack[_Ts],
        context: Context | None = None,
    ) -> asyncio.TimerHandle:
        """Arrange for `callback` to be called at the moment `when` of this loop's `time()`."""
        if when is None:
            msg = "when cannot be None"
            raise TypeError(msg)
        if type(when) is Instant:
            key = when.key
        elif math.isinf(when):
            key = _NEVER if when > 0 else 0
        elif math.isnan(when):
            key = self.clock.key
        else:
            key = nanoseconds(when) << LATENESS_BITS
        if key >> LATENESS_BITS > self.clock.ns:
            key += 1
        return self._arm(key, callback, args, context)

    def _arm(
        self, key: int, callback: Callable[..., object], args: tuple[Any, ...], context: Context | None
    ) -> asyncio.TimerHandle:
        self._check_closed()
        if self._debug:
            self._check_thread()
            self._check_callback(callback, "call_at")
        when = (key >> LATENESS_BITS) / 1e9 if key != _NEVER else math.inf
        timer = asyncio.TimerHandle(when, callback, args, self, context)
        if timer._source_traceback:
            del timer._source_traceback[-2:]
        armed = self._due.get(key)
        if armed is None:
            self._due[key] = timer
            heapq.heappush(self._heap, key)
        elif type(armed) is list:
            armed.append(timer)
        else:
            self._due[key] = [armed, timer]
        timer._scheduled = True
        self._timers += 1
        return timer

    def _timer_handle_cancelled(self, handle: asyncio.TimerHandle) -> None:
        if handle._scheduled:
            self._cancelled_timers += 1

    def create_task(self, coro: Coroutine[Any, Any, Any], **kwargs: Any) -> asyncio.Task[Any]:  # type: ignore[override]  # the keywords differ from version to version
        """Schedule a coroutine, as the stock loop does."""
        task = super().create_task(coro, **kwargs)
        self.clock.observer.task_created(task)
        return task

    def run_forever(self) -> None:
        """Run until `stop` is called."""
        self.clock.heaps.append(self._heap)
        try:
            super().run_forever()
        finally:
            self.clock.heaps.remove(self._heap)

    def _run_once(self) -> None:
        """Run one iteration: the callbacks that are ready, after waiting for the first of them if there is none."""
        if self._cancelled_timers > _MIN_CANCELLED and self._cancelled_timers * 2 > self._timers:
            self._sweep()
        if self._ready or self._stopping:
            self.clock.look()
            if self._may_poll():
                self._process_events(self._selector.select(0))
        else:
            self._wait()
        self._take_due()
        ready = self._ready
        for _ in range(len(ready)):
            handle = ready.popleft()
            if not handle._cancelled:
                if self._debug:
                    self._run_in_debug_mode(handle)
                else:
                    handle._run()
        handle = None

    def _run_in_debug_mode(self, handle: asyncio.Handle) -> None:
        """Run a callback so that the stock messages can name it; it takes no time, unless it sleeps."""
        try:
            self._current_handle = handle
            start = self.clock.key
            handle._run()
            self._warn_if_slow(handle, (self.clock.key - start >> LATENESS_BITS) / 1e9)
        finally:
            self._current_handle = None

    def _warn_if_slow(self, handle: asyncio.Handle, seconds: float) -> None:
        if seconds >= self.slow_callback_duration:
            asyncio.log.logger.warning("Executing %r took %.3f seconds", handle, seconds)

    def _may_poll(self) -> bool:
        """Tell whether anything but a timer can wake this loop: a file descriptor beside its own pipe, a signal.

        Other threads have their turn first: the stock loop lets them in whenever it polls.
        """
        if self.clock.threads.ready:
            self.clock.threads.pass_turn()
        return len(self._selector.get_map()) > 1 or bool(self._signal_handlers)

    def _wait(self) -> None:
        """Nothing is ready: poll what is outside, then wait for the first timer."""
        polls = self._may_poll()
        if polls:
            self._process_events(self._selector.select(0))
        if not self._ready:
            self._drop_cancelled()
            self._idleness.wait(self._heap[0] if self._heap and self._heap[0] < _NEVER else None, polls=polls)

    def _write_to_self(self) -> None:
        """Wake the loop: a callback has come from another thread or from a signal handler."""
        super()._write_to_self()
        self._idleness.wake()

    def run_in_executor(  # type: ignore[override]  # a coroutine function for mypy
        self, executor: Executor | None, func: Callable[[Unpack[_Ts]], _T], *args: Unpack[_Ts]
    ) -> asyncio.Future[_T]:
        """Run a function in another thread; time does not jump while it runs."""
        return self._idleness.expect(super().run_in_executor(executor, func, *args))

    async def shutdown_default_executor(self, *timeout: float | None) -> None:
        """Wait for the threads of the default executor; time does not jump meanwhile."""
        with self._idleness.expecting():
            await super().shutdown_default_executor(*timeout)

    def _take_due(self) -> None:
        """Make the timers ready whose instant has come."""
        heap, now = self._heap, self.clock.key
        while heap and heap[0] <= now:
            armed = self._due.pop(heapq.heappop(heap))
            for timer in armed if type(armed) is list else (armed,):
                timer._scheduled = False
                self._timers -= 1
                if timer._cancelled:
                    self._cancelled_timers -= 1
                else:
                    self._ready.append(timer)

    def _drop_cancelled(self) -> None:
        """Drop the instants at the head of the heap at which only cancelled timers are due."""
        heap = self._heap
        while heap:
            armed = self._due[heap[0]]
            timers = armed if type(armed) is list else [armed]
            if not all(timer._cancelled for timer in timers):
                return
            del self._due[heapq.heappop(heap)]
            self._forget(timers)

    def _sweep(self) -> None:
        """Drop every cancelled timer."""
        for key, armed in list(self._due.items()):
            timers = armed if type(armed) is list else [armed]
            left = [timer for timer in timers if not timer._cancelled]
            self._forget([timer for timer in timers if timer._cancelled])
            if left:
                self._due[key] = left
            else:
                del self._due[key]
        self._heap[:] = self._due
        heapq.heapify(self._heap)

    def _forget(self, timers: list[asyncio.TimerHandle]) -> None:
        for timer in timers:
            timer._scheduled = False
        self._timers -= len(timers)
        self._cancelled_timers -= len(timers)

    def close(self) -> None:
        """Close the loop; its timers never fire."""
        super().close()
        self._heap.clear()
        self._due.clear()
