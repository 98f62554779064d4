"""Writes down what a program does in virtual time: its lines, its tasks, where it blocked.

Each record is given out as it is made: what becomes of it then is not known here.
"""

from __future__ import annotations

import asyncio
import sys
import warnings
from _thread import get_ident
from types import CoroutineType, GeneratorType
from typing import TYPE_CHECKING, Any
from weakref import WeakKeyDictionary, ref

from pytest_asyncgrade.virtualtime import Observer, VirtualClock
from pytest_asyncgrade.virtualtime.instant import nanoseconds
from pytest_asyncgrade.virtualtime.task import kind_of

from .hidden import Hidden, opaque
from .places import called
from .sampler import Sampler
from .upcoming import next_task

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import FrameType

    from .places import Places

_AT_THE_END = (".shutdown_asyncgens", ".shutdown_default_executor")
"""The tasks that ``asyncio.run`` makes for itself when all is over."""

_LONGEST_NAME = 200
_MOST_WAITS = 2_000
_MOST_UNAWAITED = 50
_MOST_DELAYS = 100
_SLEEP = asyncio.sleep.__code__
_LONG = 1e12
_WAITS_BY_ANOTHER = frozenset({"Queue.join"})
"""What waits for an event of its own, and says more than that."""
_OWN_NAME = type.__dict__["__name__"].__get__


class Recorder(Observer):
    """Sees what a program does, and gives each record (a list) to `write`; calls `flush` now and then."""

    def __init__(
        self,
        write: Callable[[list[object]], None],
        places: Places,
        *,
        wall_ns: int | None = None,
        closed: bool = False,
        flush: Callable[[], None] = lambda: None,
    ) -> None:
        self._write = write
        self._flush = flush
        self._main = get_ident()
        self._begin_ns: int | None = None
        self._zero_ns = 0
        """What the clock read then."""
        self.before_advancing: list[Callable[[], None]] = []
        self._place, self._chain, self._name = places.place, places.chain, places.name
        self._tasks: dict[int, int] = {}
        """Numbers by `id`, of those not done: a dictionary with weak keys would hash tasks, which costs more.

        A task that is lost before it is done leaves its number behind, until another takes its place in memory.
        """
        self._loops: WeakKeyDictionary[asyncio.AbstractEventLoop, int] = WeakKeyDictionary()
        self._last_loop: tuple[Callable[[], object], int] = (lambda: self, 0)
        self._delays: set[int] = set()
        self._count = 0
        self._waits_left = _MOST_WAITS
        self._unawaited_left = _MOST_UNAWAITED
        self._creating: list[tuple[int | None, object]] = []
        """Of tasks that a factory is making: which task asked for it, and the coroutine."""
        self._begun: set[int] = set()
        """Which tasks, by `id`, began to run while they were made."""
        self.sampler = Sampler(self._task_at_work, self._place)
        self.clock = VirtualClock(wall_ns=wall_ns, observer=Hidden(self), closed=closed)

    def begin(self) -> None:
        """Begin to record: from here on counts what the program does, and how long it takes."""
        self._begin_ns, self._zero_ns = self.clock.elapsed_ns, self.clock.ns

    @property
    def now(self) -> int:
        """Virtual nanoseconds since `begin`."""
        return self.clock.ns - self._zero_ns

    def write(self, record: list[object]) -> None:
        """Give out a record, unless recording has not begun."""
        if self._begin_ns is not None:
            self._write(record)

    def advancing(self) -> None:
        """Let those who collect what happened at this instant do so before it is over."""
        for collect in self.before_advancing:
            collect()

    def slept(self, start_ns: int, end_ns: int) -> None:
        """Record a `time.sleep`, or as much of it as there was after `begin`: a thread may have begun it before."""
        begin_ns = self._begin_ns or 0
        start = max(0, start_ns - begin_ns)
        self.write(["blocked", start, end_ns - begin_ns, self._task(), self._place(sys._getframe(1)), "time.sleep"])

    def stalled(self, start_ns: int, end_ns: int) -> None:
        """Record another call that blocked, if it has stopped an event loop: if it was made in a task."""
        if end_ns > start_ns and (task := self._task()) is not None:
            begin_ns, frame = self._begin_ns or 0, sys._getframe(1)
            what = called(frame, self._name)
            self.write(["blocked", start_ns - begin_ns, end_ns - begin_ns, task, self._place(frame), what])

    def busy_waited(self) -> None:
        """Record the begin of a busy wait: of the running task, or of the one whose turn is next, if they all yield."""
        task, frame = self._task(), sys._getframe(1)
        if task is None and (next_one := next_task()) is not None:
            task = self._tasks.get(id(next_one))
            frame = self._suspended(next_one) or frame
        self.write(["busy", self.now, task, self._place(frame)])

    def _suspended(self, task: asyncio.Task[Any]) -> FrameType | None:
        """Return the innermost of the student's frames in a task that is not running."""
        found: FrameType | None = None
        kind = kind_of(task)
        one: Any = kind and kind.get_coro(task)
        while frame := one.cr_frame if type(one) is CoroutineType else None:
            found = frame if self._name(frame.f_code.co_filename) else found
            one = one.cr_await
        return found

    def task_creating(self, coroutine: object) -> None:
        """Keep who asks for a task: it may run, as an eager one does, before it is known."""
        self._creating.append((self._task(), coroutine))

    def task_created(self, task: object, coroutine: object) -> bool:
        """Record a new task; True if its end is of interest, too."""
        parent, known = self._task(), False
        if self._creating and self._creating[-1][1] is coroutine:
            parent, _ = self._creating.pop()
            known = id(task) in self._begun
            self._begun.discard(id(task))
        return known or (task is not None and self._record_task(task, coroutine, parent))

    def _record_task(self, task: object, coroutine: object, parent: int | None) -> bool:
        named = type(coroutine) in {CoroutineType, GeneratorType}
        name = coroutine.__qualname__ if named else _OWN_NAME(type(coroutine))  # type: ignore[attr-defined]
        kind = kind_of(task)
        if self._begin_ns is None or kind is None or name.endswith(_AT_THE_END):
            return False
        self._count = number = self._count + 1
        self._tasks[id(task)] = number
        if number == 1 and get_ident() == self._main:  # only there can signals be handled
            self.sampler.start(self._flush)
        place, loop = self._place(sys._getframe(1)), self._loop(kind.get_loop(task))
        self.write(["task", number, parent, kind.get_name(task)[:_LONGEST_NAME], name, self.now, place, loop])
        return True

    def _loop(self, loop: asyncio.AbstractEventLoop) -> int:
        known, number = self._last_loop
        if known() is not loop:
            number = self._loops.setdefault(loop, len(self._loops) + 1)
            self._last_loop = (ref(loop), number)
        return number

    def delay(self, seconds: float) -> None:
        """Record, once, the delay that the program has given a sleep of its own."""
        delay_ns = nanoseconds(seconds)
        if delay_ns not in self._delays and len(self._delays) < _MOST_DELAYS:
            self._delays.add(delay_ns)
            self.write(["delay", delay_ns])

    def task_done(self, task: object) -> None:
        """Record how a task has ended."""
        kind, number = kind_of(task), self._tasks.pop(id(task), None)
        if kind is None or number is None:
            return
        cancelled = kind.cancelled(task)
        ended = "cancelled" if cancelled else "failed" if kind.exception(task) is not None else "finished"
        name = kind.get_name(task)[:_LONGEST_NAME]  # 3.11, 3.12: it may be named late
        self.write(["done", number, self.now, ended, name, kind.cancelling(task)])

    def future_made(self) -> bool:
        """Record that the running task waits, where, and what for: the future was made on its behalf."""
        if self._begin_ns is None or (task := self._task()) is None:
            return self._waits_left > 0
        if self._waits_left <= 0:
            return False
        frame = sys._getframe(2)  # what called loop.create_future()
        code = frame.f_code
        what, delay = "", None
        if self._name(code.co_filename) is None:
            caller = frame.f_back.f_code.co_qualname if frame.f_back else ""
            what = caller if caller in _WAITS_BY_ANOTHER else code.co_qualname
        if code is _SLEEP:
            seconds: Any = frame.f_locals.get("delay")
            delay = nanoseconds(seconds) if type(seconds) in {int, float} and 0 < seconds < _LONG else None
        self.write(["wait", self.now, task, what[:_LONGEST_NAME], delay, self._chain(frame)])
        self._waits_left -= 1
        return self._waits_left > 0

    def watch(self) -> None:
        """From here on record each coroutine that is never awaited, and each task that is left when main has ended."""
        sys.set_coroutine_origin_tracking_depth(1)
        warnings._warn_unawaited_coroutine = opaque(self._unawaited)  # type: ignore[attr-defined]  # 3.8-3.14: CPython calls it
        stock = asyncio.runners._cancel_all_tasks  # type: ignore[attr-defined]  # 3.11-3.14: asyncio.Runner calls it

        def cancel_all_tasks(loop: asyncio.AbstractEventLoop) -> None:
            numbers = [self._tasks.get(id(task)) for task in asyncio.all_tasks(loop)]
            self.write(["left", sorted(number for number in numbers if number is not None)])
            stock(loop)

        asyncio.runners._cancel_all_tasks = opaque(cancel_all_tasks)  # type: ignore[attr-defined]

    def _unawaited(self, coroutine: Any) -> None:
        """Warn in Python's own words, without the origin, which is not known there by default."""
        if self._unawaited_left > 0:
            self._unawaited_left -= 1
            filename, lineno, function = (coroutine.cr_origin or ((None, 0, ""),))[0]
            name = None if filename is None else self._name(filename)
            self.write(["unawaited", coroutine.__qualname__, None if name is None else [name, lineno, function]])
        message = f"coroutine '{coroutine.__qualname__}' was never awaited"
        warnings.warn(message, category=RuntimeWarning, stacklevel=2, source=coroutine)

    def slow_steps(self) -> None:
        """Record, at the end, which tasks have kept the processor busy for long."""
        for step in self.sampler.stop():
            self.write(["slow", *step])

    def line(self, stream: str, text: str) -> None:
        """Record a line of output, printed by the caller's caller."""
        place = self._place(sys._getframe(2))
        self.write(["line", self.now, stream, text, self._task(), place])

    def raw_line(self, stream: str, text: str) -> None:
        """Record a line that appeared on the file descriptor: nobody knows who wrote it."""
        self.write(["line", self.now, stream, text, None, None])

    def _task_at_work(self) -> int | None:
        """Return the running task, unless it is another thread's turn: that computes, and the task waits for it."""
        threads = self.clock.threads
        return self._task() if threads.running is threads.me() else None

    def _task(self) -> int | None:
        loop = asyncio._get_running_loop()
        if loop is None:
            return None
        task = asyncio.current_task(loop)
        if task is None:
            return None
        number = self._tasks.get(id(task))
        if number is None and self._creating and id(task) not in self._begun:
            parent, coroutine = self._creating[-1]
            if self._record_task(task, coroutine, parent):
                self._begun.add(id(task))
                number = self._tasks[id(task)]
        return number
