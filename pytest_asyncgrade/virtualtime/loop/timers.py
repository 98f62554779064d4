"""The timers of a loop: armed, cancelled and fired in the order of their instants.

They are kept in a list, in the order of arming, and a heap of integers, which is several times faster than one of
handles: the instant of each timer in the high bits, its place in the list in the low ones.  So the timers of one
instant come off the heap in the order they were armed.  A timer that is cancelled leaves the list at once, and the heap
when its turn comes or, if there are many such timers, when both are tidied.
"""

from __future__ import annotations

from heapq import heappop, heapreplace
from typing import TYPE_CHECKING

from .handles import INDEX_BITS, NEVER, SleepHandle, TimerHandle

if TYPE_CHECKING:
    from collections import deque

BULK = 20_000
"""When the list has grown by so many, and to four times the timers that are left, it is tidied and the heap sorted."""

_MANY_STALE = 100
"""Cancelled timers above which both are tidied, if they are the larger half."""

INDEX_MASK = (1 << INDEX_BITS) - 1
_ENDLESS = NEVER << INDEX_BITS
_NONE = -1
"""No entry."""


class Timers:
    """The armed timers of one loop."""

    __slots__ = ("_sorted", "_stale", "armed", "heap", "limit", "next_sorted", "waking")

    def __init__(self) -> None:
        self.heap: list[int] = []
        """The entries, ``key << INDEX_BITS | index``; only the smallest sorted entry is among them."""
        self.armed: list[TimerHandle | None] = []
        """The timers, each at its index; None where one has fired or was cancelled."""
        self.limit = BULK
        """The length of the list from which on it is worth tidying."""
        self.next_sorted = _NONE
        """The smallest sorted entry, which is in the heap; the rest follow as it is popped."""
        self.waking: SleepHandle | None = None
        """The sleep whose future is being completed: `call_soon` uses its handle again."""
        self._sorted: list[int] = []
        self._stale = 0

    def disarm(self, timer: TimerHandle) -> None:
        """Forget a timer that was cancelled."""
        armed, heap, entry = self.armed, self.heap, timer._entry
        index = entry & INDEX_MASK
        if index >= len(armed) or armed[index] is not timer:
            return
        armed[index] = None
        if heap and heap[0] == entry != self.next_sorted:
            heappop(heap)
            if index == len(armed) - 1:
                armed.pop()
            return
        self._stale += 1
        if self._stale > _MANY_STALE and 2 * self._stale > len(heap) + len(self._sorted):
            self.tidy()

    def next_key(self) -> int | None:
        """Return the instant of the first timer; None if there is none that is ever due."""
        heap, armed = self.heap, self.armed
        while heap and armed[heap[0] & INDEX_MASK] is None:
            self.pop()
            self._stale -= 1
        return heap[0] >> INDEX_BITS if heap else None

    def pop(self) -> int:
        """Take the first entry off the heap."""
        if self.heap[0] != self.next_sorted:
            return heappop(self.heap)
        if self._sorted:
            self.next_sorted = self._sorted.pop()
            return heapreplace(self.heap, self.next_sorted)
        self.next_sorted = _NONE
        return heappop(self.heap)

    def take(self, entry: int) -> TimerHandle | None:
        """Return the timer of an entry that has left the heap; None if it was cancelled."""
        index = entry & INDEX_MASK
        timer = self.armed[index]
        if timer is None:
            self._stale -= 1
        self.armed[index] = None
        return timer

    def take_due(self, key: int, ready: deque[TimerHandle]) -> None:
        """Append the timers to `ready` whose instant has come at `key`."""
        heap, end = self.heap, key + 1 << INDEX_BITS
        while heap and heap[0] < end:
            timer = self.take(self.pop())
            if timer is not None:
                ready.append(timer)

    def tidy(self) -> None:
        """Drop fired and cancelled timers from the list, and sort the rest at once: cheaper than popping each."""
        live = [timer for timer in self.armed if timer is not None]
        if len(live) < len(self.armed):
            for index, timer in enumerate(live):
                timer._entry = (timer._entry & ~INDEX_MASK) + index
        self.armed[:] = live
        self.limit = 4 * len(live) + BULK
        self._stale = 0
        self._sorted = sorted([timer._entry for timer in live if timer._entry < _ENDLESS], reverse=True)
        self.next_sorted = self._sorted.pop() if self._sorted else _NONE
        self.heap[:] = [] if self.next_sorted == _NONE else [self.next_sorted]

    def shift(self, keys: int) -> None:
        """Move every timer by a difference of instants."""
        for timer in self.armed:
            if timer is not None and timer._entry >> INDEX_BITS < NEVER:
                timer._entry += keys << INDEX_BITS
        self.tidy()

    def in_order(self) -> list[TimerHandle]:
        """Return the timers, sorted by their instants."""
        return sorted(timer for timer in self.armed if timer is not None)

    def clear(self) -> None:
        """Forget them all."""
        self.heap.clear()
        self.armed.clear()
