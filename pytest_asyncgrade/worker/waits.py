"""Records what tasks wait for, whenever time is about to move: a task that is suspended then waits.

So a wait costs the program nothing while it runs, and a future that nobody waits for is not recorded.
"""

from __future__ import annotations

import asyncio
from itertools import count, islice
from types import CoroutineType, GeneratorType
from typing import TYPE_CHECKING, Any
from weakref import WeakKeyDictionary, ref

from pytest_asyncgrade.trace.model import CallSite, WaitsFor
from pytest_asyncgrade.trace.output import Place
from pytest_asyncgrade.trace.protocol.records import (
    CancellationSwallowed,
    FunctionNamed,
    WaitBegan,
    encode,
    row_of,
)
from pytest_asyncgrade.virtualtime.instant import nanoseconds
from pytest_asyncgrade.virtualtime.loop.tasks import TaskKind, kind_of
from pytest_asyncgrade.virtualtime.suspended import ASYNCIO_FOLDER, awaited_tasks, coroutines, frame_of, handles

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import CodeType, FrameType

    from pytest_asyncgrade.trace.protocol.records import Row

_MOST_WAITS = 2_000
_MOST_AWAITED = 100
_MOST_WATCHED = 4_000
"""Most tasks in progress that are watched."""
_MOST_LOOKS = 2_000_000
"""Most looks at tasks in one run."""
_LONGEST_NAME = 200
_SLEEP = asyncio.sleep.__code__
_MOST_PLACES = 6
"""Most of the student's lines that are recorded for one wait."""
_LONG = 1e12
_WAITS_FOR = {
    "sleep": WaitsFor.SLEEP, "Lock.acquire": WaitsFor.LOCK, "Semaphore.acquire": WaitsFor.SEMAPHORE,
    "Event.wait": WaitsFor.EVENT, "Condition.wait": WaitsFor.CONDITION, "Barrier.wait": WaitsFor.BARRIER,
    "Queue.get": WaitsFor.QUEUE_ITEM, "Queue.put": WaitsFor.QUEUE_ROOM, "Queue.join": WaitsFor.QUEUE_DONE,
    "TaskGroup.__aexit__": WaitsFor.TASK_GROUP, "_wait": WaitsFor.FIRST_DONE,
    "StreamReader._wait_for_data": WaitsFor.DATA, "Server.serve_forever": WaitsFor.CLIENTS,
}  # fmt: skip
"""What a coroutine function of asyncio's waits for (names of 3.11-3.14: asyncio says it nowhere else)."""
_MADE_OF_OTHERS = frozenset({"Queue.join", "Barrier.wait"})
"""Functions of asyncio's that wait for an event or a condition of their own, and say more than that."""
_wait_began = row_of(WaitBegan)
_INLINED = frozenset({"<listcomp>", "<setcomp>", "<dictcomp>"})
"""Comprehensions are functions before Python 3.12; they belong to the function around them."""
_LINKS = (CoroutineType, GeneratorType)


class _Watch:
    """A task, and the future that it waited for at the last look."""

    __slots__ = ("cancelled", "kind", "named", "number", "task", "waiter")

    def __init__(self, task: asyncio.Task[Any], kind: TaskKind, number: int) -> None:
        self.task = ref(task)
        self.kind = kind
        self.number = number
        self.waiter: Callable[[], object] = lambda: None
        self.named = False
        """Whether the student's function that the task runs has been recorded."""
        self.cancelled = 0
        """The number of cancel requests at the last look."""


class Waits:
    """Records the waits of tasks; `name` tells whether a file is the student's, `number` the number of a task."""

    def __init__(
        self,
        write: Callable[[Row], None],
        name: Callable[[str], str | None],
        number: Callable[[asyncio.Task[Any]], int | None],
    ) -> None:
        self._write, self._name, self._number = write, name, number
        self._watched: list[_Watch] = []
        self._calls: WeakKeyDictionary[object, int] = WeakKeyDictionary()
        self._numbers = count(1)
        self._columns: dict[tuple[CodeType, int], int] = {}
        self._waits_left, self._looks_left = _MOST_WAITS, _MOST_LOOKS

    def watch(self, task: asyncio.Task[Any], number: int) -> None:
        """Watch a task from now on."""
        kind = kind_of(task)
        if self._waits_left > 0 and len(self._watched) < _MOST_WATCHED and kind is not None:
            self._watched.append(_Watch(task, kind, number))

    def look(self, now: int) -> None:
        """Record the waits that have begun at this instant, `now` in nanoseconds."""
        self._looks_left -= len(self._watched)
        over = 0
        for watch in self._watched:
            task = watch.task()
            waiter = None if task is None else watch.kind.waiter(task)
            if task is None or (waiter is None and watch.kind.done(task)):
                watch.number = 0
                over += 1
            elif waiter is not None and watch.waiter() is not waiter and self._waits_left > 0:
                watch.waiter = ref(waiter)
                self._waits_left -= 1
                self._record(now, watch, task)
        if self._waits_left <= 0 or self._looks_left <= 0:
            self._watched.clear()
        elif over:
            self._watched = [watch for watch in self._watched if watch.number]

    def _record(self, now: int, watch: _Watch, task: asyncio.Task[Any]) -> None:
        chain = [(one, frame) for one in coroutines(task) if (frame := frame_of(one)) is not None]
        waits_for, what, delay = self._awaited([frame for _, frame in chain[::-1]])
        places, calls = self._places(chain)
        if places and not watch.named and self._name(chain[0][1].f_code.co_filename) is None:
            self._write(encode(FunctionNamed(watch.number, places[-1].function)))
        watch.named = True
        numbers = (self._number(one) for one in awaited_tasks(task)[:_MOST_AWAITED])
        awaited = tuple(number for number in numbers if number is not None)
        self._write(_wait_began(now, watch.number, waits_for, what[:_LONGEST_NAME], delay, places, calls, awaited))
        asked = watch.kind.cancelling(task)
        if asked > watch.cancelled and not any(handles(one, asyncio.CancelledError) for one, _ in chain):
            self._write(encode(CancellationSwallowed(now, watch.number, places[0] if places else None)))
        watch.cancelled = asked

    def _awaited(self, frames: list[FrameType]) -> tuple[WaitsFor, str, int | None]:
        """Return what a task waits for, the library's function that it is in, and how long it asked to sleep."""
        code = frames[0].f_code if frames else None
        if code is None or self._name(code.co_filename) is not None:  # None: a coroutine of C
            return WaitsFor.FUTURE, "", None
        if code is _SLEEP:
            seconds: Any = frames[0].f_locals.get("delay")
            is_sane = type(seconds) in {int, float} and 0 < seconds < _LONG
            return WaitsFor.SLEEP, code.co_qualname, nanoseconds(seconds) if is_sane else None
        code = next((one for frame in frames if _is_made_of_others(one := frame.f_code)), code)
        return _waits_for(code), code.co_qualname, None

    def _places(self, chain: list[tuple[Any, FrameType]]) -> tuple[tuple[Place, ...], tuple[CallSite, ...]]:
        """Return the lines of the student's functions that wait, innermost first, each with its column and call."""
        places: list[Place] = []
        calls: list[CallSite] = []
        for coroutine, frame in chain:
            code = frame.f_code
            filename = self._name(code.co_filename)
            if filename is None or (type(coroutine) not in _LINKS and not hasattr(coroutine, "ag_frame")):
                continue
            if code.co_name in _INLINED and places:
                places[-1] = places[-1]._replace(lineno=frame.f_lineno)
                calls[-1] = calls[-1]._replace(column=self._column(frame))
                continue
            call = self._calls.get(coroutine) or self._calls.setdefault(coroutine, next(self._numbers))
            places.append(Place(filename, frame.f_lineno, code.co_qualname))
            calls.append(CallSite(self._column(frame), call))
        return tuple(places[: -_MOST_PLACES - 1 : -1]), tuple(calls[: -_MOST_PLACES - 1 : -1])

    def _column(self, frame: FrameType) -> int:
        """Return the column of the expression that a frame is in, in bytes of UTF-8, as `ast` counts."""
        key = frame.f_code, frame.f_lasti
        if (known := self._columns.get(key)) is None:
            position = next(islice(frame.f_code.co_positions(), frame.f_lasti // 2, None), (None,) * 4)
            known = self._columns[key] = position[2] or 0
        return known


def _waits_for(code: CodeType) -> WaitsFor:
    """Return what a coroutine function waits for; a function of another library may have the same name."""
    of_asyncio = code.co_filename.startswith(ASYNCIO_FOLDER)
    return _WAITS_FOR.get(code.co_qualname, WaitsFor.LIBRARY) if of_asyncio else WaitsFor.LIBRARY


def _is_made_of_others(code: CodeType) -> bool:
    return code.co_qualname in _MADE_OF_OTHERS and code.co_filename.startswith(ASYNCIO_FOLDER)
