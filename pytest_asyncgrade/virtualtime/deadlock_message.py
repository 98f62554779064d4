"""The message of a deadlock for a developer: every wait, where it is and what for, in one sentence.

What a student reads is worded in `trace.deadlock`, from the same facts.
"""

from __future__ import annotations

import linecache
import os
from pathlib import PurePath
from typing import TYPE_CHECKING, Any

from pytest_asyncgrade.libraries import LIBRARIES

from .stuck import Lacks, Stuck
from .suspended import by_name, cycles, frames

if TYPE_CHECKING:
    import asyncio
    from collections.abc import Iterable, Sequence
    from types import FrameType

_OUR_FOLDER = __file__.removesuffix(f"virtualtime{os.sep}deadlock_message.py")
_MOST_NAMES = 4
_LONGEST_DATA = 40

_NAMED: dict[str, str] = {
    Lacks.SLEEP: "a sleep that never ends", Lacks.LOCK: "a lock", Lacks.SEMAPHORE: "a semaphore",
    Lacks.EVENT: "an event that nobody is left to set",
    Lacks.CLEARED_EVENT: "an event that was set and cleared again: whoever waits after that has missed it",
    Lacks.SET_EVENT: "an event that is set: nobody has woken who waits",
    Lacks.CONDITION: "a condition that nobody is left to notify", Lacks.ROOM: "room in a full queue",
    Lacks.WORK_DONE: "a queue to be worked off: task_done() has not been called for every item",
    Lacks.CLIENTS: "clients of its server, and nobody can connect",
    Lacks.DATA: "data from a connection whose other end sends none",
    Lacks.FUTURE: "a future that nobody is left to complete",
    Lacks.DONE_IN_THREAD: "a future that another thread has completed: that does not wake the event loop",
}  # fmt: skip


def describe_tasks(waits: Iterable[Stuck]) -> str:
    """Return the message for a program of one thread: each pending task, where it waits and what for."""
    told = [_told(wait) for wait in waits]
    if not told:
        return "deadlock: nothing is left to do and nobody called loop.stop()"
    names = [" -> ".join(task.get_name() for task in [*cycle, cycle[0]]) for cycle in cycles(_tasks_of(waits))]
    told += [f"a cycle: {cycle}" for cycle in names]
    return "deadlock: every task waits and nothing can wake them: " + "; ".join(told)


def describe_threads(waits: Iterable[Stuck]) -> str:
    """Return the message for a program of several threads."""
    return "deadlock: every task and thread waits and nothing can wake them: " + "; ".join(map(_told, waits))


def _tasks_of(waits: Iterable[Stuck]) -> list[asyncio.Task[Any]]:
    return sorted((task for wait in waits for task in wait.tasks), key=by_name)


def _told(wait: Stuck) -> str:
    who = names_of(wait.tasks) if wait.tasks else f"thread {wait.thread}"
    return f"{who} {'wait' if len(wait.tasks) > 1 else 'waits'} {place_in(wait.frames)} for {_named(wait)}"


def _named(wait: Stuck) -> str:  # noqa: PLR0911  # one case for each kind
    """Return what somebody waits for, in the words of a developer."""
    shown = repr(wait.data[:_LONGEST_DATA]) + "..." * (len(wait.data) > _LONGEST_DATA)
    match wait.lacks:
        case Lacks.LOCK | Lacks.SEMAPHORE:
            own = ["itself"] if set(wait.tasks) & set(wait.others) or wait.other_thread == wait.thread != "" else []
            others = [task for task in wait.others if task not in wait.tasks]
            holders = own + ([names_of(others)] if others else [])
            holders += [f"thread {wait.other_thread}"] if wait.other_thread and not own else []
            return f"a {wait.lacks.value}" + (f" held by {' and '.join(holders)}" if holders else "")
        case Lacks.ITEM:
            return f"an item of a queue that has {wait.count}" if wait.count else "an item of an empty queue"
        case Lacks.BARRIER:
            return f"a barrier that {wait.count} of {wait.needed} have reached"
        case Lacks.LINE:
            return f"the end of a line from a connection: {shown} has come without one"
        case Lacks.SEPARATOR:
            return f"{wait.separator!r} from a connection: {shown} has come without it"
        case Lacks.BYTES:
            return f"{wait.needed} bytes from a connection: {shown} has come"
        case Lacks.END_OF_DATA:
            return f"the end of a connection: {shown} has come"
        case Lacks.TASKS:
            return names_of(wait.others)
        case Lacks.THREAD:
            return f"the end of thread {wait.other_thread}"
        case lacks:
            return _NAMED[lacks]


def names_of(tasks: Iterable[asyncio.Task[Any]]) -> str:
    """Return the names of tasks, of many the first, with their coroutines: ``Task-2 and Task-3 (worker)``."""
    by_coroutine: dict[str, list[str]] = {}
    for task in tasks:
        by_coroutine.setdefault(_function_of(task), []).append(task.get_name())
    return " and ".join(f"{listed(names)} ({coroutine})" for coroutine, names in by_coroutine.items())


def _function_of(task: asyncio.Task[Any]) -> str:
    """Return the function of the program that a task runs: within a library's, if that has wrapped it."""
    coroutine = task.get_coro()
    wrapped = [frame.f_code.co_qualname for frame in frames(task) if _is_theirs(frame)]
    name = getattr(coroutine, "__qualname__", None) or type(coroutine).__name__
    return (wrapped[-1] if wrapped else name).rpartition("<locals>.")[2]


def listed(names: Sequence[str]) -> str:
    """Return names as a sentence has them, of many the first; empty if there is none."""
    if len(names) > _MOST_NAMES:
        names = [*names[: _MOST_NAMES - 1], f"{len(names) - _MOST_NAMES + 1} more"]
    return " and ".join(filter(None, [", ".join(names[:-1]), *names[-1:]]))


def place_in(stack: Sequence[FrameType]) -> str:
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
