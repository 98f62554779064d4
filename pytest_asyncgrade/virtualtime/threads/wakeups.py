"""The instants at which virtual threads want to be woken, in the order of time and, within an instant, of asking."""

from __future__ import annotations

import heapq
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .virtual_thread import VirtualThread


class WakeUps:
    """A heap of wake-ups; each virtual thread has at most one, and setting another one replaces it."""

    def __init__(self) -> None:
        self._heap: list[tuple[int, int, VirtualThread]] = []
        self._tickets = 0

    def set(self, thread: VirtualThread, due: int | None) -> None:
        """Set the instant at which a thread is to be woken, or none."""
        self._tickets += 1
        thread.ticket, thread.due = self._tickets, due
        if due is not None:
            heapq.heappush(self._heap, (due, self._tickets, thread))

    def clear(self, thread: VirtualThread) -> None:
        """Take the wake-up of a thread back."""
        thread.ticket, thread.due = 0, None

    def first(self) -> VirtualThread | None:
        """Return the thread that is to be woken first."""
        heap = self._heap
        while heap and heap[0][2].ticket != heap[0][1]:
            heapq.heappop(heap)
        return heap[0][2] if heap else None

    def next_due(self) -> int | None:
        """Return the next instant at which a thread is to be woken."""
        first = self.first()
        return None if first is None else first.due
