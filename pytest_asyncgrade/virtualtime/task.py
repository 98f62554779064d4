"""Tasks whose hash is a number of their own, so that sets of tasks iterate alike in every run.

A stock task hashes by its address: `asyncio.wait`, `asyncio.as_completed`, a `TaskGroup` that gives up and
`asyncio.all_tasks` go through a set of tasks in an order that differs from run to run.  A set iterates by the low bits
of the hashes, so tasks created one after the other get numbers that follow one another; and each *batch*, what one step
of a program creates, begins at a multiple of `BATCH`, lest the numbers of a small set wrap around in the middle.  A set
that one step has filled with up to 600 tasks so iterates in the order of creation.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .loop import VirtualTimeLoop

BATCH = 1 << 10
"""The larger, the larger the sets that iterate in order of creation, and the more often tasks collide in others."""


class Numbers:
    """Gives the tasks of one loop their numbers."""

    __slots__ = ("loop", "next", "step")

    def __init__(self, loop: VirtualTimeLoop) -> None:
        self.loop = loop
        self.next = 0
        self.step: tuple[int, object] = (0, None)

    def take(self) -> int:
        """Return the number of a task that is created now."""
        step = (self.loop._iteration, _current_task(self.loop))
        if step != self.step:
            self.step = step
            self.next = -(-self.next // BATCH) * BATCH
        number = self.next
        self.next = number + 1
        return number


_current_task = asyncio.current_task
_new_task: Any = asyncio.Task.__new__
_init_task: Any = asyncio.Task.__init__


class Task(asyncio.Task[Any]):
    """A task as the stock one, called as that one is (the name shows in `repr`), but for its hash."""

    __slots__ = ("_number",)

    _number: int

    def __hash__(self) -> int:
        try:
            number: int = self._number
        except AttributeError:  # made without `create`, by a task factory
            number = self._number = self.get_loop()._numbers.take()  # type: ignore[attr-defined]  # our loop's
        return number


Task.__module__ = asyncio.Task.__module__


def create(coro: Any, loop: VirtualTimeLoop, keywords: dict[str, Any]) -> Task:
    """Return a new task; it has its number before the stock constructor hashes it."""
    task: Task = _new_task(Task)
    task._number = loop._numbers.take()
    _init_task(task, coro, loop=loop, **keywords)
    return task
