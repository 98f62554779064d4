"""The monitor: the one of the waiting threads that looks at the running thread now and then.

Only one polls, the others sleep until they are called: a thousand threads that wait cost nothing.
"""

from __future__ import annotations

import _thread
from typing import TYPE_CHECKING

from .virtual_thread import Status

if TYPE_CHECKING:
    from collections.abc import Iterable

    from .virtual_thread import VirtualThread

INTERVAL = 0.005
"""Real seconds between two looks at the running thread."""

_QUEUED = (Status.WAITING, Status.READY)


class Monitor:
    """Knows which thread polls."""

    def __init__(self) -> None:
        self._thread: VirtualThread | None = None

    def timeout(self, me: VirtualThread) -> float:
        """Return how many real seconds a thread may wait for its turn before it looks; -1 if it need not look."""
        return INTERVAL if self._thread is me else -1

    def appoint(self, candidate: VirtualThread | None, everyone: Iterable[VirtualThread]) -> None:
        """Let another thread poll, preferably the candidate, if the last one does not wait any more."""
        if self._thread is not None and self._thread.status in _QUEUED:
            return
        if candidate is None or candidate.status not in _QUEUED:
            candidate = next((one for one in everyone if one.status in _QUEUED and one.ident), None)
        self._thread = candidate
        if candidate is not None and candidate.ident != _thread.get_ident():
            candidate.open_gate()
