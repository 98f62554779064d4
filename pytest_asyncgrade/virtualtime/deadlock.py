"""Explains a deadlock: everybody waits, no timer is armed, nothing outside of the process is at work.

For each task: the innermost line of the program on which it waits, what it waits for, and the state of that.
"""

from __future__ import annotations

import asyncio
import gc
import itertools
import linecache
import os
import sys
import threading
from itertools import pairwise
from pathlib import PurePath
from typing import TYPE_CHECKING, Any

from pytest_asyncgrade.libraries import LIBRARIES

from .suspended import ASYNCIO_FOLDER, awaited_tasks, by_name, coroutines, frames, was_set
from .threads.locks import VirtualSimpleQueue
from .threads.virtual_thread import Awaited, Status, VirtualThread

if TYPE_CHECKING:
    from collections.abc import Iterable
    from types import FrameType

    from .threads.scheduler import Scheduler

_OUR_FOLDER = __file__.removesuffix(f"virtualtime{os.sep}deadlock.py")


_MOST_NAMES = 4


def describe_deadlock(loop: asyncio.AbstractEventLoop) -> str:
    """Return the message for a program of one thread: each pending task, where it waits and what for."""
    waits = _describe_tasks(loop)
    if not waits:
        return "deadlock: nothing is left to do and nobody called loop.stop()"
    return "deadlock: every task waits and nothing can wake them: " + "; ".join(waits)


def describe_threads(scheduler: Scheduler) -> str:
    """Return the message for a program of several threads."""
    waits: list[str] = []
    for thread in scheduler.everyone:
        if thread.status is not Status.WAITING or _is_idle(thread):
            continue
        if isinstance(thread.awaits, asyncio.AbstractEventLoop):
            waits += _describe_tasks(thread.awaits)
        else:
            waits.append(_describe_thread(thread, scheduler))
    return "deadlock: every task and thread waits and nothing can wake them: " + "; ".join(waits)


# -- tasks


def _describe_tasks(loop: asyncio.AbstractEventLoop) -> list[str]:
    tasks = pending_tasks(loop)
    alike: dict[tuple[str, str], list[asyncio.Task[Any]]] = {}
    for task in tasks:
        alike.setdefault((_place(frames(task)), _awaited(task, tasks)), []).append(task)
    waits = [
        f"{names_of(those)} {'wait' if len(those) > 1 else 'waits'} {place} for {awaited}"
        for (place, awaited), those in alike.items()
    ]
    names = [" -> ".join(task.get_name() for task in [*cycle, cycle[0]]) for cycle in _cycles(tasks)]
    return waits + [f"a cycle: {cycle}" for cycle in names]


def pending_tasks(loop: asyncio.AbstractEventLoop) -> list[asyncio.Task[Any]]:
    """Return the tasks of a loop that have not ended, in the order of their names."""
    return sorted(asyncio.all_tasks(loop), key=by_name)


def break_cycles(loop: asyncio.AbstractEventLoop) -> None:
    """Cancel one wait of each cycle of tasks: ``asyncio.run`` cancels what is left, which in a cycle never ends."""
    for cycle in _cycles(pending_tasks(loop)):
        task = cycle[0]
        awaited: asyncio.Future[Any] | None = getattr(task, "_fut_waiter", None)
        for callback, _context in list(getattr(awaited, "_callbacks", None) or ()):
            if awaited is not None and getattr(callback, "__self__", None) is task:
                awaited.remove_done_callback(callback)
                cancelled = loop.create_future()
                cancelled.cancel()
                callback(cancelled)


def names_of(tasks: Iterable[asyncio.Task[Any]]) -> str:
    """Return the names of tasks, of many the first, with their coroutines: ``Task-2 and Task-3 (worker)``."""
    by_coroutine: dict[str, list[str]] = {}
    for task in tasks:
        by_coroutine.setdefault(_function_of(task), []).append(task.get_name())
    return " and ".join(f"{_listed(names)} ({coroutine})" for coroutine, names in by_coroutine.items())


def _function_of(task: asyncio.Task[Any]) -> str:
    """Return the function of the program that a task runs: within a library's, if that has wrapped it."""
    coroutine = task.get_coro()
    wrapped = [frame.f_code.co_qualname for frame in frames(task) if _is_theirs(frame)]
    name = getattr(coroutine, "__qualname__", None) or type(coroutine).__name__
    return (wrapped[-1] if wrapped else name).rpartition("<locals>.")[2]


def _listed(names: list[str]) -> str:
    """Return names as a sentence has them."""
    if len(names) > _MOST_NAMES:
        names = [*names[: _MOST_NAMES - 1], f"{len(names) - _MOST_NAMES + 1} more"]
    *others, last = names
    return f"{', '.join(others)} and {last}" if others else last


def _place(stack: list[FrameType]) -> str:
    """Return the innermost line of the program; of a library's if none of the program is there."""
    theirs = [frame for frame in stack if _is_theirs(frame)]
    others = [frame for frame in stack if _is_installed(frame)]
    for frame in [*theirs, *others][:1]:
        name = frame.f_code.co_filename
        source = linecache.getline(name, frame.f_lineno).strip()
        return f"at {PurePath(name).name}:{frame.f_lineno}" + (f" `{source}`" if source else "")
    return "at an unknown place"


def _is_installed(frame: FrameType) -> bool:
    """Tell whether a frame is of an installed library, other than this package."""
    name = frame.f_code.co_filename
    return ("site-packages" in name or "dist-packages" in name) and not name.startswith(_OUR_FOLDER)


def _is_theirs(frame: FrameType) -> bool:
    """Tell whether a frame is of the program itself: not of a library, nor of this package, wherever they are."""
    name = frame.f_code.co_filename
    return not name.startswith((_OUR_FOLDER, *LIBRARIES, "<frozen"))


def _awaited(task: asyncio.Task[Any], tasks: list[asyncio.Task[Any]]) -> str:
    """Return what a task waits for, in the words of the program."""
    library = itertools.takewhile(lambda frame: frame.f_code.co_filename.startswith(ASYNCIO_FOLDER), frames(task))
    found = [name for frame in library if (name := _primitive(frame, tasks, task))]
    if found:  # a queue is made of events, a barrier of a condition: name what the program has
        return found[0] if found[0].startswith("a lock") else found[-1]
    others = awaited_tasks(task)
    if others:
        return names_of(others)
    waiter: asyncio.Future[Any] | None = getattr(task, "_fut_waiter", None)
    if waiter is not None and waiter.done():
        return "a future that another thread has completed: that does not wake the event loop"
    return "a future that nobody completes"


def _primitive(  # noqa: C901, PLR0911  # one case for each primitive
    frame: FrameType, tasks: list[asyncio.Task[Any]], waiter: asyncio.Task[Any]
) -> str:
    """Name the primitive whose method a frame of asyncio belongs to; nothing if it is another kind of frame."""
    owner = frame.f_locals.get("self")
    method = frame.f_code.co_name
    if method == "sleep":
        return "a sleep that never ends"
    match owner:
        case asyncio.Semaphore():
            return f"a semaphore{_holders(owner, tasks, waiter)}"
        case asyncio.Lock():
            return f"a lock{_holders(owner, tasks, waiter)}"
        case asyncio.Event():
            return _event(owner)
        case asyncio.Condition():
            return "a condition that nobody notifies" if method in {"wait", "wait_for"} else ""
        case asyncio.Barrier():
            return f"a barrier that {owner.n_waiting} of {owner.parties} have reached"
        case asyncio.Queue() if method == "join":
            return "a queue to be worked off: task_done() has not been called for every item"
        case asyncio.Queue() if method == "get":
            return f"an item of a queue that has {owner.qsize()}" if owner.qsize() else "an item of an empty queue"
        case asyncio.Queue():
            return "room in a full queue"
        case asyncio.Server():
            return "clients of its server, and nobody can connect"
        case asyncio.StreamReader():
            return _data(frame, owner)
    return ""


def _event(event: asyncio.Event) -> str:
    if event.is_set():
        return "an event that is set: nobody has woken who waits"
    if was_set(event):
        return "an event that was set and cleared again: whoever waits after that has missed it"
    return "an event that nobody sets"


_LONGEST_DATA = 40


def _data(frame: FrameType, reader: asyncio.StreamReader) -> str:
    """Say what a reader waits for, and what has come."""
    came = bytes(reader._buffer)  # type: ignore[attr-defined]  # 3.8-3.14
    if not came:
        return "data from a connection whose other end sends none"
    shown = repr(came if len(came) <= _LONGEST_DATA else came[:_LONGEST_DATA]) + "..." * (len(came) > _LONGEST_DATA)
    match frame.f_code.co_name:
        case "readline":
            return f"the end of a line from a connection: {shown} has come without one"
        case "readuntil":
            return f"{frame.f_locals.get('separator')!r} from a connection: {shown} has come without it"
        case "readexactly":
            return f"{frame.f_locals.get('n')} bytes from a connection: {shown} has come"
        case _:
            return f"the end of a connection: {shown} has come"


def _holders(owner: object, tasks: list[asyncio.Task[Any]], waiter: asyncio.Task[Any]) -> str:
    """Say which tasks are inside ``async with`` of a lock: their frames keep its ``__aexit__`` for the end."""
    holders = [task for task in tasks if _entered(owner, task) > _entering(owner, task)]
    names = ["itself"] if waiter in holders else []
    names += [names_of(others)] if (others := [task for task in holders if task is not waiter]) else []
    return f" held by {' and '.join(names)}" if names else ""


def _entered(owner: object, task: asyncio.Task[Any]) -> int:
    return sum(
        getattr(value, "__name__", "") == "__aexit__" and (getattr(value, "__self__", None) or following) is owner
        for coroutine in coroutines(task)
        for value, following in pairwise([*gc.get_referents(coroutine), None])  # from 3.14 on a function and its self
    )


def _entering(owner: object, task: asyncio.Task[Any]) -> int:
    """Count the ``async with`` that still waits to get in."""
    return sum(frame.f_code.co_name == "__aenter__" and frame.f_locals.get("self") is owner for frame in frames(task))


def _cycles(tasks: list[asyncio.Task[Any]]) -> list[list[asyncio.Task[Any]]]:
    """Return the cycles of tasks that wait for each other."""
    cycles: list[list[asyncio.Task[Any]]] = []
    seen: set[asyncio.Task[Any]] = set()
    for start in tasks:
        path: list[asyncio.Task[Any]] = []
        task: asyncio.Task[Any] | None = start
        while task is not None and task not in seen and task not in path:
            path.append(task)
            others = awaited_tasks(task)
            task = others[0] if others else None
        if task in path and task is not None:
            cycles.append(path[path.index(task) :])
        seen.update(path)
    return cycles


# -- threads


def _is_idle(thread: VirtualThread) -> bool:
    """Tell whether a thread is one of an executor's that has nothing to do."""
    names = {frame.f_code.co_qualname for frame in _stack(thread)}
    return "_worker" in names and "_WorkItem.run" not in names


def _stack(thread: VirtualThread) -> list[FrameType]:
    """Return the frames of a thread, innermost first."""
    stack: list[FrameType] = []
    frame = sys._current_frames().get(thread.ident)
    while frame is not None:
        stack.append(frame)
        frame = frame.f_back
    return stack


def _describe_thread(thread: VirtualThread, scheduler: Scheduler) -> str:
    stack = _stack(thread)
    return f"thread {thread.name} waits {_place(stack)} for {_awaited_by_thread(thread, scheduler, stack)}"


_METHODS = {
    ("queue", "get"): "an item of an empty queue",
    ("queue", "put"): "room in a full queue",
    ("queue", "join"): "a queue to be worked off: task_done() has not been called for every item",
    (VirtualSimpleQueue.__module__, "get"): "an item of an empty queue",
    ("concurrent.futures._base", "result"): "a future that nobody completes",
}
"""What a thread waits for in these functions, by their module and name."""


def _awaited_by_thread(  # noqa: PLR0911  # one return for each kind
    thread: VirtualThread, scheduler: Scheduler, stack: list[FrameType]
) -> str:
    for frame in stack:
        method = str(frame.f_globals.get("__name__")), frame.f_code.co_name
        if method in _METHODS:
            return _METHODS[method]
        owner = frame.f_locals.get("self")
        if isinstance(owner, (threading.Event, threading.Semaphore, threading.Barrier)):
            kind = type(owner).__name__
            return f"{'an' if kind == 'Event' else 'a'} {kind.lower()}"
    match thread.awaits:
        case Awaited.CONNECTION:
            return "data from a connection whose other end sends none"
        case VirtualThread(name=name):
            return f"the end of thread {name}"
    if any(isinstance(frame.f_locals.get("self"), threading.Condition) for frame in stack):
        return "a condition that nobody notifies"
    holder = scheduler.members.get(getattr(thread.awaits, "holder", 0))
    if holder is thread:
        return "a lock held by itself"
    return f"a lock held by thread {holder.name}" if holder is not None else "a lock"
