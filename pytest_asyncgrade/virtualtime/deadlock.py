"""Explains a deadlock: everybody waits, no timer is armed, nothing outside of the process is at work.

`waits_of_tasks` and `waits_of_threads` say for each task and thread where it waits, what for, and who could end that:
plain facts, for `deadlock_message` and `trace.deadlock`, which word them.
"""

from __future__ import annotations

import asyncio
import gc
import itertools
import sys
import threading
from dataclasses import replace
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from .deadlock_message import place_in
from .stuck import Lacks, Stuck
from .suspended import ASYNCIO_FOLDER, awaited_tasks, by_name, coroutines, cycles, frames, was_set
from .threads.locks import VirtualSimpleQueue
from .threads.virtual_thread import Awaited, Status, VirtualThread

if TYPE_CHECKING:
    from types import FrameType

    from .threads.scheduler import Scheduler


def waits_of_tasks(loop: asyncio.AbstractEventLoop) -> list[Stuck]:
    """Return what the pending tasks of a loop wait for; tasks that wait on the same line for the same are one."""
    tasks = pending_tasks(loop)
    alike: dict[object, Stuck] = {}
    for task in tasks:
        wait = _awaited(task, tasks)
        key = (place_in(wait.frames), wait.lacks, wait.others, wait.count, wait.needed, wait.data, wait.separator)
        alike[key] = replace(alike[key], tasks=(*alike[key].tasks, task)) if key in alike else wait
    return list(alike.values())


def waits_of_threads(scheduler: Scheduler) -> list[Stuck]:
    """Return what the threads of a program wait for, and the tasks of those that run a loop."""
    waits: list[Stuck] = []
    for thread in scheduler.everyone:
        if thread.status is not Status.WAITING or _is_idle(thread):
            continue
        if isinstance(thread.awaits, asyncio.AbstractEventLoop):
            waits += waits_of_tasks(thread.awaits)
        else:
            waits.append(_awaited_by_thread(thread, scheduler))
    return waits


# -- tasks


def pending_tasks(loop: asyncio.AbstractEventLoop) -> list[asyncio.Task[Any]]:
    """Return the tasks of a loop that have not ended, in the order of their names."""
    return sorted(asyncio.all_tasks(loop), key=by_name)


def break_cycles(loop: asyncio.AbstractEventLoop) -> None:
    """Cancel one wait of each cycle of tasks: ``asyncio.run`` cancels what is left, which in a cycle never ends."""
    for cycle in cycles(pending_tasks(loop)):
        task = cycle[0]
        awaited: asyncio.Future[Any] | None = getattr(task, "_fut_waiter", None)
        for callback, _context in list(getattr(awaited, "_callbacks", None) or ()):
            if awaited is not None and getattr(callback, "__self__", None) is task:
                awaited.remove_done_callback(callback)
                cancelled = loop.create_future()
                cancelled.cancel()
                callback(cancelled)


def _awaited(task: asyncio.Task[Any], tasks: list[asyncio.Task[Any]]) -> Stuck:
    """Return what a task waits for."""
    stack = frames(task)
    wait = Stuck((task,), "", tuple(stack), Lacks.FUTURE)
    library = itertools.takewhile(lambda frame: frame.f_code.co_filename.startswith(ASYNCIO_FOLDER), stack)
    found = [named for frame in library if (named := _primitive(wait, frame, tasks))]
    if found:  # a queue is made of events, a barrier of a condition: name what the program has
        return found[0] if found[0].lacks is Lacks.LOCK else found[-1]
    if others := awaited_tasks(task):
        return replace(wait, lacks=Lacks.TASKS, others=tuple(others))
    waiter: asyncio.Future[Any] | None = getattr(task, "_fut_waiter", None)
    return replace(wait, lacks=Lacks.DONE_IN_THREAD) if waiter is not None and waiter.done() else wait


def _primitive(  # noqa: C901, PLR0911  # one case for each primitive
    wait: Stuck, frame: FrameType, tasks: list[asyncio.Task[Any]]
) -> Stuck | None:
    """Return a wait in the method of a primitive that a frame of asyncio belongs to; None for another kind of frame."""
    owner = frame.f_locals.get("self")
    method = frame.f_code.co_name
    if method == "sleep":
        return replace(wait, lacks=Lacks.SLEEP)
    match owner:
        case asyncio.Semaphore():
            return replace(wait, lacks=Lacks.SEMAPHORE, others=_holders(owner, tasks))
        case asyncio.Lock():
            return replace(wait, lacks=Lacks.LOCK, others=_holders(owner, tasks))
        case asyncio.Event():
            return replace(wait, lacks=_event(owner))
        case asyncio.Condition():
            return replace(wait, lacks=Lacks.CONDITION) if method in {"wait", "wait_for"} else None
        case asyncio.Barrier():
            return replace(wait, lacks=Lacks.BARRIER, count=owner.n_waiting, needed=owner.parties)
        case asyncio.Queue() if method == "join":
            unfinished: int = owner._unfinished_tasks  # type: ignore[attr-defined]  # 3.8-3.14
            return replace(wait, lacks=Lacks.WORK_DONE, count=unfinished)
        case asyncio.Queue() if method == "get":
            return replace(wait, lacks=Lacks.ITEM, count=owner.qsize())
        case asyncio.Queue():
            return replace(wait, lacks=Lacks.ROOM, needed=owner.maxsize)
        case asyncio.Server():
            return replace(wait, lacks=Lacks.CLIENTS)
        case asyncio.StreamReader():
            return replace(_data(wait, frame, owner), others=_other_end(owner, tasks))
    return None


def _event(event: asyncio.Event) -> Lacks:
    if event.is_set():
        return Lacks.SET_EVENT
    return Lacks.CLEARED_EVENT if was_set(event) else Lacks.EVENT


def _data(wait: Stuck, frame: FrameType, reader: asyncio.StreamReader) -> Stuck:
    """Return what a reader waits for, and what has come."""
    came = bytes(reader._buffer)  # type: ignore[attr-defined]  # 3.8-3.14
    method, given = frame.f_code.co_name, frame.f_locals
    match method:
        case "read" if given.get("n", -1) < 0:
            taken = (block for block in given.get("blocks") or () if isinstance(block, bytes))
            return replace(wait, lacks=Lacks.END_OF_DATA, data=b"".join(taken) + came)
        case "readline" if came:
            return replace(wait, lacks=Lacks.LINE, data=came)
        case "readuntil" if came:
            return replace(wait, lacks=Lacks.SEPARATOR, data=came, separator=_separator(given.get("separator")))
        case "readexactly" if came:
            return replace(wait, lacks=Lacks.BYTES, data=came, needed=int(given.get("n") or 0))
    return replace(wait, lacks=Lacks.DATA, data=came)


def _separator(given: object) -> bytes:
    """Return what ``readuntil`` looks for; from 3.13 on it may be one of several."""
    first = given[0] if isinstance(given, tuple | list) and given else given
    return bytes(first) if isinstance(first, bytes | bytearray | memoryview) else b""


def _other_end(reader: asyncio.StreamReader, tasks: list[asyncio.Task[Any]]) -> tuple[asyncio.Task[Any], ...]:
    """Return the tasks whose local variables have the other end of a reader's connection."""
    here = _ends(reader)
    if here is None:
        return ()
    return tuple(
        task
        for task in tasks
        if any(_ends(value) == here[::-1] for frame in frames(task) for value in list(frame.f_locals.values()))
    )


def _ends(stream: object) -> tuple[object, object] | None:
    """Return the addresses of the two ends of a stream's connection, its own first; None if it has none."""
    if not isinstance(stream, asyncio.StreamReader | asyncio.StreamWriter):
        return None
    reads = isinstance(stream, asyncio.StreamReader)
    transport: Any = stream._transport if reads else stream.transport  # type: ignore[union-attr]  # 3.4-3.14
    if transport is None:
        return None
    own, other = transport.get_extra_info("sockname"), transport.get_extra_info("peername")
    return (own, other) if own and other else None


def _holders(owner: object, tasks: list[asyncio.Task[Any]]) -> tuple[asyncio.Task[Any], ...]:
    """Return the tasks inside ``async with`` of a lock: their frames keep its ``__aexit__`` for the end."""
    return tuple(task for task in tasks if _entered(owner, task) > _entering(owner, task))


def _entered(owner: object, task: asyncio.Task[Any]) -> int:
    return sum(
        getattr(value, "__name__", "") == "__aexit__" and (getattr(value, "__self__", None) or following) is owner
        for coroutine in coroutines(task)
        for value, following in pairwise([*gc.get_referents(coroutine), None])  # from 3.14 on a function and its self
    )


def _entering(owner: object, task: asyncio.Task[Any]) -> int:
    """Count the ``async with`` that still waits to get in."""
    return sum(frame.f_code.co_name == "__aenter__" and frame.f_locals.get("self") is owner for frame in frames(task))


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


_METHODS = {
    ("queue", "get"): Lacks.ITEM,
    ("queue", "put"): Lacks.ROOM,
    ("queue", "join"): Lacks.WORK_DONE,
    (VirtualSimpleQueue.__module__, "get"): Lacks.ITEM,
    ("concurrent.futures._base", "result"): Lacks.FUTURE,
}
"""What a thread waits for in these functions, by their module and name."""


def _awaited_by_thread(thread: VirtualThread, scheduler: Scheduler) -> Stuck:  # noqa: PLR0911  # one for each kind
    """Return what a thread waits for."""
    stack = _stack(thread)
    wait = Stuck((), thread.name, tuple(stack), Lacks.LOCK)
    for frame in stack:
        method = str(frame.f_globals.get("__name__")), frame.f_code.co_name
        if method in _METHODS:
            return replace(wait, lacks=_METHODS[method])
        match frame.f_locals.get("self"):
            case threading.Event():
                return replace(wait, lacks=Lacks.EVENT)
            case threading.Semaphore():
                return replace(wait, lacks=Lacks.SEMAPHORE)
            case threading.Barrier() as barrier:
                return replace(wait, lacks=Lacks.BARRIER, count=barrier.n_waiting, needed=barrier.parties)
    match thread.awaits:
        case Awaited.CONNECTION:
            return replace(wait, lacks=Lacks.DATA)
        case VirtualThread(name=name):
            return replace(wait, lacks=Lacks.THREAD, other_thread=name)
    if any(isinstance(frame.f_locals.get("self"), threading.Condition) for frame in stack):
        return replace(wait, lacks=Lacks.CONDITION)
    holder = scheduler.members.get(getattr(thread.awaits, "holder", 0))
    return replace(wait, other_thread=holder.name if holder is not None else "")
