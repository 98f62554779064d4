"""The facts of a deadlock: who waits on which line, what for, and who could end that wait."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import asyncio
    from types import FrameType


class Lacks(StrEnum):
    """What a wait that never ends is for."""

    SLEEP = "sleep"
    LOCK = "lock"
    SEMAPHORE = "semaphore"
    EVENT = "event"
    CLEARED_EVENT = "cleared event"
    """An event that was set, and cleared again."""
    SET_EVENT = "set event"
    CONDITION = "condition"
    BARRIER = "barrier"
    """`Stuck.count` of `Stuck.needed` have come."""
    ITEM = "item"
    """An item of a queue that has `Stuck.count`."""
    ROOM = "room"
    WORK_DONE = "work done"
    """That ``task_done()`` is called `Stuck.count` more times."""
    CLIENTS = "clients"
    DATA = "data"
    LINE = "line"
    """The end of a line of which `Stuck.data` has come."""
    SEPARATOR = "separator"
    """`Stuck.separator`, before which `Stuck.data` has come."""
    BYTES = "bytes"
    """`Stuck.needed` bytes, of which `Stuck.data` has come."""
    END_OF_DATA = "end of data"
    """The end of a connection on which `Stuck.data` has come."""
    TASKS = "tasks"
    FUTURE = "future"
    DONE_IN_THREAD = "done in thread"
    """A future that another thread has completed, which does not wake the loop."""
    THREAD = "thread"


@dataclass(frozen=True, slots=True, eq=False)
class Stuck:
    """A wait of a deadlock: who waits on which line, and for what.

    `tasks` are those that wait there for the same; there are none for a thread.  `others` are the tasks that could end
    the wait: those that hold a lock, that are awaited, or that have the other end of a connection.
    """

    tasks: tuple[asyncio.Task[Any], ...]
    thread: str
    frames: tuple[FrameType, ...]
    """Innermost first."""
    lacks: Lacks
    others: tuple[asyncio.Task[Any], ...] = ()
    other_thread: str = ""
    count: int = 0
    needed: int = 0
    data: bytes = b""
    separator: bytes = b""
