"""Where a suspended task stands, and which tasks it waits for.

Both are read from the frames of its coroutines, as a debugger would: asyncio itself keeps no such record.
"""

from __future__ import annotations

import asyncio
import gc
import sys
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from types import FrameType

ASYNCIO_FOLDER = asyncio.__file__.removesuffix("__init__.py")

CLEARED = "_asyncgrade_was_set"
"""The attribute of an event that has been set, and cleared again, in virtual time (see `patches.cleared_events`)."""

_AWAITS = ("cr_await", "gi_yieldfrom", "ag_await")
_FRAMES = ("cr_frame", "gi_frame", "ag_frame")


def coroutines(task: asyncio.Task[Any]) -> Iterator[Any]:
    """Yield the coroutine of a task and those it awaits, outermost first."""
    awaitable: Any = task.get_coro()
    if frame_of(awaitable) is None:
        awaitable = driven(awaitable)
    while frame_of(awaitable) is not None:
        yield awaitable
        awaitable = next((value for name in _AWAITS if (value := getattr(awaitable, name, None)) is not None), None)
        if awaitable is not None and frame_of(awaitable) is None:
            awaitable = driven(awaitable)


def driven(awaitable: Any) -> Any:
    """Return the coroutine or generator that a wrapper (``__anext__`` of an async generator) drives, if it does."""
    if type(awaitable).__module__ != "builtins" or isinstance(awaitable, asyncio.Future):
        return awaitable
    return next((value for value in gc.get_referents(awaitable) if frame_of(value) is not None), awaitable)


def frame_of(awaitable: Any) -> FrameType | None:
    """Return the frame of a coroutine or generator that has not ended."""
    for attribute in _FRAMES:
        frame: FrameType | None = getattr(awaitable, attribute, None)
        if frame is not None:
            return frame
    return None


def frames(task: asyncio.Task[Any]) -> list[FrameType]:
    """Return the frames of a task, innermost first."""
    return [frame for one in coroutines(task) if (frame := frame_of(one)) is not None][::-1]


def handles(coroutine: Any, kind: type[BaseException]) -> bool:
    """Tell whether a suspended coroutine is in an ``except`` or ``finally`` block with an exception of some kind."""
    return any(isinstance(value, kind) for value in gc.get_referents(coroutine))


def by_name(task: asyncio.Future[Any]) -> tuple[int, str]:
    """Sort tasks by their names, ``Task-2`` before ``Task-10``."""
    name = task.get_name() if isinstance(task, asyncio.Task) else ""
    return len(name), name


def awaited_tasks(task: asyncio.Task[Any]) -> list[asyncio.Task[Any]]:
    """Return the tasks a task waits for, through gather, wait, wait_for, shield and task groups."""
    waiter = getattr(task, "_fut_waiter", None)
    if isinstance(waiter, asyncio.Task):
        return [] if waiter.done() else [waiter]
    found = [*(getattr(waiter, "_children", None) or ()), *_shielded(waiter), *_collected(frames(task))]
    return list(dict.fromkeys(one for one in found if isinstance(one, asyncio.Task) and not one.done()))


def awaited_last(
    loop: asyncio.AbstractEventLoop, order: Callable[[asyncio.Task[Any]], int]
) -> asyncio.Task[Any] | None:
    """Return the task that the first one of a loop waits for, directly or through others; itself if for none."""
    task = min(asyncio.all_tasks(loop), key=order, default=None)
    seen = {task}
    while task is not None and (others := awaited_tasks(task)) and others[0] not in seen:
        task = others[0]
        seen.add(task)
    return task


def thread_frames() -> list[FrameType]:
    """Return the innermost frame of every thread."""
    return list(sys._current_frames().values())


def _shielded(waiter: asyncio.Future[Any] | None) -> Iterator[Any]:
    """Yield what `asyncio.shield` protects: the function that its own future calls when it ends knows it as `inner`."""
    for callback, _context in getattr(waiter, "_callbacks", None) or ():
        if getattr(callback, "__module__", "") == "asyncio.tasks" and getattr(callback, "__closure__", None):
            named = zip(callback.__code__.co_freevars, callback.__closure__, strict=True)
            yield from (cell.cell_contents for name, cell in named if name == "inner")


def _collected(all_frames: list[FrameType]) -> Iterator[Any]:
    """Yield the futures that asyncio's own functions collect in their frames."""
    for frame in all_frames:
        if not frame.f_code.co_filename.startswith(ASYNCIO_FOLDER):
            return
        owner = frame.f_locals.get("self")
        if isinstance(owner, asyncio.TaskGroup):
            yield from sorted(getattr(owner, "_tasks", ()), key=by_name)
        elif frame.f_code.co_name == "_wait":
            yield from sorted(frame.f_locals.get("fs", ()), key=by_name)
        elif frame.f_code.co_name == "wait_for":
            yield frame.f_locals.get("fut")


def cycles(tasks: list[asyncio.Task[Any]]) -> list[list[asyncio.Task[Any]]]:
    """Return the cycles of tasks that wait for each other."""
    found: list[list[asyncio.Task[Any]]] = []
    seen: set[asyncio.Task[Any]] = set()
    for start in tasks:
        path: list[asyncio.Task[Any]] = []
        task: asyncio.Task[Any] | None = start
        while task is not None and task not in seen and task not in path:
            path.append(task)
            others = awaited_tasks(task)
            task = others[0] if others else None
        if task in path and task is not None:
            found.append(path[path.index(task) :])
        seen.update(path)
    return found


def was_set(event: asyncio.Event) -> bool:
    """Tell whether an event has been set, and cleared again, while in virtual time."""
    return CLEARED in vars(event)
