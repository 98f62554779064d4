"""The moments at which participants want to be woken, in the order of time and, within a moment, of asking."""

from __future__ import annotations

import heapq
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .participant import Participant


class Alarms:
    """A heap of alarms; each participant has one at most, and setting another one forgets the first."""

    def __init__(self) -> None:
        self._heap: list[tuple[int, int, Participant]] = []
        self._tickets = 0

    def set(self, participant: Participant, key: int | None) -> None:
        """Set the alarm of a participant to a moment, or to none."""
        self._tickets += 1
        participant.ticket, participant.key = self._tickets, key
        if key is not None:
            heapq.heappush(self._heap, (key, self._tickets, participant))

    def clear(self, participant: Participant) -> None:
        """Take the alarm of a participant back."""
        participant.ticket, participant.key = 0, None

    def first(self) -> Participant | None:
        """Return who is to be woken first; its `key` says when."""
        heap = self._heap
        while heap and heap[0][2].ticket != heap[0][1]:
            heapq.heappop(heap)
        return heap[0][2] if heap else None

    def next_key(self) -> int | None:
        """Return the next moment at which anybody is to be woken."""
        first = self.first()
        return None if first is None else first.key
