"""Finds the task whose step is next in a loop, without touching objects that may be the program's."""

from __future__ import annotations

import asyncio
from typing import Any

from pytest_asyncgrade.virtualtime.loop.tasks import Task


class _Probe:
    """As much of an event loop as a task needs to schedule a step."""

    step: object

    def get_debug(self) -> bool:
        return False

    def call_soon(self, step: object, **_context: object) -> None:
        self.step = step


async def _nothing() -> None:
    pass


def _type_of_steps() -> type:
    probe, coroutine = _Probe(), _nothing()
    task = asyncio.Task(coroutine, loop=probe, name="probe")  # type: ignore[arg-type]  # a task without a name would use up a number
    task._log_destroy_pending = False  # type: ignore[attr-defined]  # 3.11-3.14: no warning for this one
    coroutine.close()
    return type(probe.step)


_STEP: Any = _type_of_steps()
"""The type of C's scheduled steps (3.11-3.14), which has no name; other callbacks may be the program's objects."""


def next_task() -> asyncio.Task[Any] | None:
    """Return the task whose step is next in the running loop."""
    loop: Any = asyncio._get_running_loop()
    step: Any = loop._ready[0]._callback if loop is not None and loop._ready else None
    task = step.__self__ if type(step) is _STEP else None
    return task if type(task) in {asyncio.Task, Task} else None
