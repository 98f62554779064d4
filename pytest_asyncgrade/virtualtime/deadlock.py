"""What to say when nothing can happen any more: every task waits, no timer is armed, nothing outside is outstanding."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from types import CodeType, FrameType

_ASYNCIO_FOLDER = asyncio.__file__.removesuffix("__init__.py")


class DeadlockError(RuntimeError):
    """Every task waits and nothing can wake any of them."""


def describe_deadlock(loop: asyncio.AbstractEventLoop) -> str:
    """Return the message: each pending task, with the line it waits on."""
    waits = [f"{_name(task)} waits at {_where(task)}" for task in _pending(loop)]
    if not waits:
        return "deadlock: nothing is left to do and nobody called loop.stop()"
    return "deadlock: every task waits and nothing can wake them: " + "; ".join(waits)


def _pending(loop: asyncio.AbstractEventLoop) -> list[asyncio.Task[object]]:
    return sorted(asyncio.all_tasks(loop), key=lambda task: (len(task.get_name()), task.get_name()))


def _name(task: asyncio.Task[object]) -> str:
    coroutine = task.get_coro()
    name = getattr(coroutine, "__qualname__", None) or type(coroutine).__name__
    return f"{task.get_name()} ({name})"


def _where(task: asyncio.Task[object]) -> str:
    """Return the innermost line outside asyncio on which a task waits."""
    awaitable: object = task.get_coro()
    place = "an unknown place"
    while awaitable is not None:
        frame: FrameType | None = getattr(awaitable, "cr_frame", None) or getattr(awaitable, "gi_frame", None)
        if frame is None:
            break
        code: CodeType = frame.f_code
        if not code.co_filename.startswith(_ASYNCIO_FOLDER):
            place = f"line {frame.f_lineno} of {code.co_filename}"
        awaitable = getattr(awaitable, "cr_await", None) or getattr(awaitable, "gi_yieldfrom", None)
    return place
