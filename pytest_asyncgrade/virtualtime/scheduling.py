"""The timers of a loop in virtual time: armed, cancelled and taken, in the order of their instants.

They are kept in a list, in the order of arming, and beside it a heap of integers, which is several times faster than
one of handles: the instant of each in the high bits, its place in the list in the low ones.  So the timers of one
instant come off the heap in the order they were armed.  One that is cancelled leaves the list at once, and the heap
when its turn comes or, if there are many such, when both are tidied.
"""

from __future__ import annotations

import os
import sys
from heapq import heappop, heappush, heapreplace
from math import ceil
from typing import TYPE_CHECKING, Any, TypeVarTuple

from .clock import SUSPICION
from .handles import INDEX_BITS, NEVER, DebugTimerHandle, Handle, SleepHandle, TimerHandle
from .instant import LATENESS_BITS, NANOSECONDS, NOISE, Instant, instant, nanoseconds
from .stock import StockFuture, StockLoop, extract_stack, set_result

if TYPE_CHECKING:
    import asyncio
    from collections.abc import Callable
    from contextvars import Context
    from selectors import BaseSelector

    from .clock import VirtualClock

_Ts = TypeVarTuple("_Ts")
_SHORT = 1e-9
_LONG = 1e15
"""Seconds; a float this large does not know its seconds any more, and nobody waits so long."""

BULK = 20_000
"""When the list has grown by so many, and to four times the timers that are left, it is tidied and the heap sorted."""

_MANY_STALE = 100
"""They are tidied, too, when so many timers have been cancelled, and they are the larger half."""

INDEX_MASK = (1 << INDEX_BITS) - 1
_ONE_LATE = 1 << INDEX_BITS
_ENDLESS = NEVER << INDEX_BITS
_NONE = -1
"""No entry."""

_FOLDER = os.path.dirname(__file__)  # noqa: PTH120  # compared with names of code, which are strings


def blame_caller(made: Any) -> Any:
    """Let a handle or a task say that the program created it, not this module (debug mode keeps the stack)."""
    stack = made._source_traceback
    while stack and os.path.dirname(stack[-1].filename) == _FOLDER:  # noqa: PTH120
        stack.pop()
    return made


class SchedulingLoop(StockLoop):
    """The stock loop with another way to keep timers."""

    __slots__ = (
        "_closed", "_debug", "_heap", "_limit", "_next_sorted", "_ready", "_signal_handlers", "_sorted", "_stale",
        "_stopping", "_task_factory", "_timers", "_waking", "clock", "get_debug",
    )  # fmt: skip

    clock: VirtualClock

    def __init__(self, selector: BaseSelector | None) -> None:
        super().__init__(selector)
        self._heap: list[int] = []
        self._timers: list[TimerHandle | None] = []
        self._limit = BULK
        self._stale = 0
        self._waking: SleepHandle | None = None
        self._sorted: list[int] = []
        self._next_sorted = _NONE

    def watch_callers(self) -> None:
        """From now on look who calls; a loop that nobody observes need not."""

    def time(self) -> float:
        """Return the virtual time in seconds, an `Instant`; the same as ``time.monotonic()`` in `virtual_time()`."""
        clock = self.clock
        clock.looks += 1
        if clock.looks >= SUSPICION:
            return clock.read()
        now, key = clock.now, clock.key
        if now.key is not key:
            clock.now = now = Instant((key >> LATENESS_BITS) / NANOSECONDS)  # what `instant` does, without a call
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
        waking = self._waking
        if waking is None or context is None or len(args) != 1 or args[0] is not waking._future:  # type: ignore[misc]
            handle = Handle(callback, args, self, context)
        else:  # it is the future that calls, and it forgets what it gets
            handle = waking
            waking._wakeup = callback
            waking._context = context
            self._waking = None
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
        if (kind is float or kind is int) and _SHORT < delay < _LONG and not self._debug and not self._closed:
            ns: int = ceil(delay * 1e9 - NOISE) if kind is float else delay * NANOSECONDS  # type: ignore[assignment]  # of an int
            timers = self._timers
            entry = ((ns << LATENESS_BITS) + self.clock.key << INDEX_BITS) + (len(timers) + _ONE_LATE)
            timer: TimerHandle
            given: Any = args
            if callback is set_result and len(given) == 2 and given[1] is None and type(given[0]) is StockFuture:  # noqa: PLR2004
                timer = SleepHandle(entry, given[0], self)
            else:
                timer = TimerHandle(entry, callback, args, self, context)
            timers.append(timer)
            heappush(self._heap, entry)
            return timer
        if delay is None:
            msg = "delay must not be None"
            raise TypeError(msg)
        return self.call_at(instant(self.clock.key) + delay, callback, *args, context=context)

    def call_at(
        self,
        when: float,
        callback: Callable[[*_Ts], object],
        *args: *_Ts,
        context: Context | None = None,
    ) -> asyncio.TimerHandle:
        """Arrange for `callback` to be called at the moment `when` of this loop's `time()`."""
        if isinstance(when, Instant):
            key = when.key
        elif when is None:
            msg = "when cannot be None"
            raise TypeError(msg)
        elif -_LONG < when < _LONG:
            key = nanoseconds(when) << LATENESS_BITS
        else:
            key = NEVER - 1 if when > 0 else self.clock.key
        if key >> LATENESS_BITS > self.clock.key >> LATENESS_BITS:
            key += 1
        timers = self._timers
        entry = (key << INDEX_BITS) + len(timers)
        if self._debug or self._closed:
            timer = self._make_checked(entry, callback, args, context)
        else:
            timer = TimerHandle(entry, callback, args, self, context)
        timers.append(timer)
        if key < NEVER:
            heappush(self._heap, entry)
        return timer

    def _make_checked(
        self, entry: int, callback: Callable[..., object], args: tuple[Any, ...], context: Context | None
    ) -> TimerHandle:
        """Return a timer for debug mode, which knows where it was made."""
        self._check_closed()
        self._check_thread()
        self._check_callback(callback, "call_at")
        timer = DebugTimerHandle(entry, callback, args, self, context)
        timer._source_traceback = extract_stack(sys._getframe(1))
        blame_caller(timer)
        return timer

    def _disarm(self, timer: TimerHandle) -> None:
        """Forget a timer that was cancelled."""
        timers, heap, entry = self._timers, self._heap, timer._entry
        index = entry & INDEX_MASK
        if index >= len(timers) or timers[index] is not timer:
            return
        timers[index] = None
        if heap and heap[0] == entry != self._next_sorted:
            heappop(heap)
            if index == len(timers) - 1:
                timers.pop()
            return
        self._stale += 1
        if self._stale > _MANY_STALE and 2 * self._stale > len(heap) + len(self._sorted):
            self._tidy()

    def next_key(self) -> int:
        """Return the instant of the first timer; 0 if there is none that is ever due."""
        heap, timers = self._heap, self._timers
        while heap and timers[heap[0] & INDEX_MASK] is None:
            self._pop()
            self._stale -= 1
        return heap[0] >> INDEX_BITS if heap else 0

    def _pop(self) -> int:
        """Take the first entry off the heap."""
        if self._heap[0] != self._next_sorted:
            return heappop(self._heap)
        if self._sorted:
            self._next_sorted = self._sorted.pop()
            return heapreplace(self._heap, self._next_sorted)
        self._next_sorted = _NONE
        return heappop(self._heap)

    def _tidy(self) -> None:
        """Drop what is over from the list of timers, and sort the rest at once: cheaper than one by one off a heap.

        The heap then holds the first of the sorted ones, `_next_sorted`, to stand for all, beside the newcomers.
        """
        live = [timer for timer in self._timers if timer is not None]
        if len(live) < len(self._timers):
            for index, timer in enumerate(live):
                timer._entry = (timer._entry & ~INDEX_MASK) + index
        self._timers[:] = live
        self._limit = 4 * len(live) + BULK
        self._stale = 0
        self._sorted = sorted([timer._entry for timer in live if timer._entry < _ENDLESS], reverse=True)
        self._next_sorted = self._sorted.pop() if self._sorted else _NONE
        self._heap[:] = [] if self._next_sorted == _NONE else [self._next_sorted]

    def _take_due(self) -> None:
        """Make the timers ready whose instant has come."""
        heap, timers, ready, end = self._heap, self._timers, self._ready, self.clock.key + 1 << INDEX_BITS
        while heap and heap[0] < end:
            index = self._pop() & INDEX_MASK
            timer = timers[index]
            if timer is None:
                self._stale -= 1
            else:
                timers[index] = None
                ready.append(timer)
