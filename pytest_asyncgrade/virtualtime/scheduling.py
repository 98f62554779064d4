"""The timers of a loop in virtual time: armed, cancelled and taken, in the order of their instants.

Instants are kept in a heap of integers, which is several times faster than one of handles; the timers of an instant in
a dictionary beside it, in the order they were armed, alone or together.  One that is cancelled is forgotten at once.
"""

from __future__ import annotations

import os
import sys
from heapq import heapify, heappop, heappush, heapreplace
from typing import TYPE_CHECKING, Any, TypeVarTuple

from .clock import SUSPICION
from .handles import NEVER, DebugTimerHandle, Handle, TimerHandle
from .instant import LATENESS_BITS, NANOSECONDS, Instant, instant, nanoseconds
from .stock import StockLoop, extract_stack

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
"""So many instants are sorted at once; fewer are cheap enough to take off the heap one by one."""

_MANY_STALE = 100
"""The heap is swept when it holds this many instants at which no timer is left, and they are the larger half."""

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
        "_closed", "_debug", "_due", "_heap", "_next_sorted", "_ready", "_signal_handlers", "_sorted", "_stopping",
        "_task_factory", "clock", "get_debug",
    )  # fmt: skip

    clock: VirtualClock

    def __init__(self, selector: BaseSelector | None) -> None:
        super().__init__(selector)
        self._heap: list[int] = []
        self._due: dict[int, TimerHandle | dict[int, TimerHandle]] = {}
        self._sorted: list[int] = [NEVER]
        self._next_sorted = NEVER

    def time(self) -> float:
        """Return the virtual time in seconds, an `Instant`; the same as ``time.monotonic()`` in `virtual_time()`."""
        clock = self.clock
        clock.looks += 1
        return instant(clock.key) if clock.looks < SUSPICION else clock.read()

    def call_soon(
        self, callback: Callable[[*_Ts], object], *args: *_Ts, context: Context | None = None
    ) -> asyncio.Handle:
        """Arrange for `callback` to be called in the next iteration."""
        if self._debug or self._closed:
            made: asyncio.Handle = blame_caller(super().call_soon(callback, *args, context=context))
            return made
        handle = Handle(callback, args, self, context)
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
            ns: int = round(delay * 1e9) if kind is float else delay * NANOSECONDS  # type: ignore[assignment]  # of an int
            key = self.clock.key + (ns << LATENESS_BITS) + 1
            timer = TimerHandle(key, callback, args, self, context)
            if key in self._due:
                self._share(key, timer)
            else:
                self._due[key] = timer
                heappush(self._heap, key)
            return timer
        if delay is None:
            msg = "delay must not be None"
            raise TypeError(msg)
        return self.call_at(Instant(self.clock.key) + delay, callback, *args, context=context)

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
        return self._arm(key, callback, args, context)

    def _arm(
        self, key: int, callback: Callable[..., object], args: tuple[Any, ...], context: Context | None
    ) -> TimerHandle:
        if self._debug or self._closed:
            self._check_closed()
            self._check_thread()
            self._check_callback(callback, "call_at")
        timer = (DebugTimerHandle if self._debug else TimerHandle)(key, callback, args, self, context)
        if self._debug:
            timer._source_traceback = extract_stack(sys._getframe(1))
            blame_caller(timer)
        if key in self._due:
            self._share(key, timer)
        else:
            self._due[key] = timer
            heappush(self._heap, key)
        return timer

    def _share(self, key: int, timer: TimerHandle) -> None:
        """Arm a timer at an instant at which another one is due already."""
        armed = self._due[key]
        if isinstance(armed, dict):
            armed[id(timer)] = timer
        else:
            self._due[key] = {id(armed): armed, id(timer): timer}

    def _disarm(self, timer: TimerHandle) -> None:
        """Forget a timer that was cancelled; its instant stays in the heap, unless it comes first, until swept out."""
        due, key = self._due, timer._key
        armed = due.get(key)
        if type(armed) is dict:
            armed.pop(id(timer), None)
            if armed:
                return
        elif armed is not timer:
            return
        del due[key]
        heap = self._heap
        if heap[0] == key:
            while heap and heap[0] not in due:
                self._pop()
        elif len(heap) + len(self._sorted) > 2 * len(due) + _MANY_STALE:
            heap[:] = due
            heapify(heap)
            self._sorted[:] = [NEVER]
            self._next_sorted = NEVER

    def _pop(self) -> int:
        """Take the first instant off the heap."""
        if self._heap[0] != self._next_sorted:
            return heappop(self._heap)
        if self._next_sorted == NEVER:
            return self._heap.pop(0)
        self._next_sorted = self._sorted.pop()
        return heapreplace(self._heap, self._next_sorted)

    def _sort(self) -> None:
        """Sort many instants at once, which is cheaper than to take them off a heap one by one.

        The heap then holds the first of the sorted ones, `_next_sorted`, to stand for all, beside the newcomers.
        """
        self._sorted += self._heap
        self._sorted.sort(reverse=True)
        if self._sorted[0] != NEVER:
            self._sorted.insert(0, NEVER)
        self._next_sorted = self._sorted.pop()
        self._heap[:] = [self._next_sorted]

    def _take_due(self) -> None:
        """Make the timers ready whose instant has come."""
        heap, due, ready, now = self._heap, self._due, self._ready, self.clock.key
        while heap and heap[0] <= now:
            armed = due.pop(self._pop(), None)
            if type(armed) is dict:
                ready.extend(armed.values())
            elif armed is not None:
                ready.append(armed)
