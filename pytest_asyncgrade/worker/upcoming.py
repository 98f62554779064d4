"""Which task of a loop has its turn next, found without a look at anything that may be the program's own."""

from __future__ import annotations

import asyncio
from typing import Any

from pytest_asyncgrade.virtualtime.loop.tasks import Task


class _Probe:
    """As much of an event loop as it takes to see how a task plans its steps."""

    step: object

    def get_debug(self) -> bool:
        return False

    def call_soon(self, step: object, **_context: object) -> None:
        self.step = step


async def _nothing() -> None:
    pass


def _type_of_steps() -> type:
    probe, coroutine = _Probe(), _nothing()
    task = asyncio.Task(coroutine, loop=probe, name="probe")  # type: ignore[arg-type]  # with no name it would count
    task._log_destroy_pending = False  # type: ignore[attr-defined]
    coroutine.close()
    return type(probe.step)


_STEP: Any = _type_of_steps()
"""Of C, and no name leads to it; whatever else is called next may be an object of the program's, and is not touched."""


def next_task() -> asyncio.Task[Any] | None:
    """Return the task whose step the running loop takes next."""
    loop: Any = asyncio._get_running_loop()
    step: Any = loop._ready[0]._callback if loop is not None and loop._ready else None
    task = step.__self__ if type(step) is _STEP else None
    return task if type(task) in {asyncio.Task, Task} else None
