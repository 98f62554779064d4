"""Records what a program does in virtual time: its lines, its tasks, its waits, its blocking calls.

It passes each record on as it is made and does not know where it goes.
"""

from __future__ import annotations

import asyncio
import sys
from _thread import get_ident
from itertools import count
from types import AsyncGeneratorType, CoroutineType, GeneratorType
from typing import TYPE_CHECKING, Any
from weakref import WeakKeyDictionary, ref

from pytest_asyncgrade.trace.protocol.records import (
    BusyWaitBegan,
    CallBlocked,
    Deadlocked,
    DelayGiven,
    ExceptionLost,
    Failure,
    LoopTouched,
    NeverAwaited,
    Printed,
    TaskCreated,
    TaskDone,
    TasksLeft,
    encode,
    row_of,
)
from pytest_asyncgrade.virtualtime import Observer, VirtualClock
from pytest_asyncgrade.virtualtime.instant import nanoseconds
from pytest_asyncgrade.virtualtime.loop.tasks import kind_of
from pytest_asyncgrade.virtualtime.suspended import ASYNCIO_FOLDER, awaited_last, driven, thread_frames
from pytest_asyncgrade.virtualtime.suspended import frames as frames_of

from .arguments import arguments_of
from .blocking_calls import TIME_SLEEP, blocking_call
from .deadlocks import recorded
from .error_hints import is_pythons, text_of
from .hardening import OpaqueObserver, opaque
from .next_task import next_task
from .sampler import Sampler
from .unawaited import report_unawaited
from .waits import Waits

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from types import FrameType

    from pytest_asyncgrade.trace.output import Place, Stream
    from pytest_asyncgrade.trace.protocol.records import Row
    from pytest_asyncgrade.virtualtime.stuck import Stuck

    from .blocking_calls import BlockingCall
    from .source_locations import SourceFiles

_AT_THE_END = (".shutdown_asyncgens", ".shutdown_default_executor")
"""Tasks that ``asyncio.run`` creates for itself at the end."""

_LONGEST_NAME = 200
_MOST_UNAWAITED = 50
_MOST_BLOCKED = 2_000
_MOST_TOUCHED = 20
_MOST_ARGUMENTS = 200
"""Most tasks whose arguments are recorded."""
_MOST_DELAYS = 100
_LONGEST_MESSAGE = 200
_OWN_NAME = type.__dict__["__name__"].__get__
_TRACEBACK = BaseException.__dict__["__traceback__"].__get__


_printed, _task_created, _task_done = row_of(Printed), row_of(TaskCreated), row_of(TaskDone)


def _is_inner(coroutine: Any) -> bool:
    """Tell whether a task of asyncio's runs an internal function, to look up an address for instance."""
    code = coroutine.cr_code if type(coroutine) is CoroutineType else coroutine.gi_code
    return bool(code.co_name.startswith("_") and code.co_filename.startswith(ASYNCIO_FOLDER))


class Recorder(Observer):
    """Observes a program and passes each record to `write`; calls `flush` now and then."""

    def __init__(
        self,
        write: Callable[[Row], None],
        files: SourceFiles,
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
        """The reading of the clock at `begin`, in nanoseconds."""
        self.before_advancing: list[Callable[[], None]] = []
        self._place, self._name, self._raised = files.running, files.name, files.raised
        self._tasks: dict[int, int] = {}
        """Numbers of the tasks in progress, by `id`: a dictionary with weak keys would hash tasks, which is slower.

        A task that is collected before it is done leaves its number behind, until another task gets its `id`.
        """
        self._loops: WeakKeyDictionary[asyncio.AbstractEventLoop, int] = WeakKeyDictionary()
        self._loop_numbers = count(1)
        self._last_loop: tuple[Callable[[], object], int] = (lambda: self, 0)
        self._delays: set[int] = set()
        self._count = 0
        self._waits = Waits(self.write, files.name, lambda task: self._tasks.get(id(task)))
        self._unawaited_left = _MOST_UNAWAITED
        self._creating: list[tuple[int | None, object]] = []
        """Tasks that a factory is creating: the number of the parent, and the coroutine."""
        self._begun: set[int] = set()
        """The `id` of tasks that began to run while they were created."""
        self._blocked_left = _MOST_BLOCKED
        self._failed: dict[int, int] = {}
        """Numbers of the tasks that failed, by `id`, for the report that an exception was never retrieved."""
        self._fell = False
        self._touched: set[Place | None] = set()
        self._arguments_left = _MOST_ARGUMENTS
        self.sampler = Sampler(self._task_at_work, self._place)
        self.clock = VirtualClock(wall_ns=wall_ns, observer=OpaqueObserver(self), closed=closed)

    def fell(self) -> None:
        """Note that an error has ended the program, which may be why a coroutine is not awaited."""
        self._fell = True

    def begin(self) -> None:
        """Begin to record, at virtual time 0."""
        self._begin_ns, self._zero_ns = self.clock.elapsed_ns, self.clock.ns

    @property
    def now(self) -> int:
        """Virtual nanoseconds since `begin`."""
        return self.clock.ns - self._zero_ns

    def write(self, row: Row) -> None:
        """Pass a record on if recording has begun."""
        if self._begin_ns is not None:
            self._write(row)

    def advancing(self) -> None:
        """Record the waits that began at this instant, and collect output, before time moves."""
        if self._begin_ns is not None:
            self._waits.look(self.now)
        for collect in self.before_advancing:
            collect()

    def deadlocked(self, waits: Sequence[Stuck]) -> None:
        """Record what nobody can end any more."""
        self.write(encode(Deadlocked(recorded(waits, self._tasks, self._name, self._place))))

    def slept(self, start_ns: int, end_ns: int) -> None:
        """Record a `time.sleep`, or the part of it after `begin`, since a thread may have begun it before."""
        begin_ns = self._begin_ns or 0
        start = max(0, start_ns - begin_ns)
        self._block(start, end_ns - begin_ns, self._task(), sys._getframe(1), TIME_SLEEP)

    def stalled(self, start_ns: int, end_ns: int, *, for_ever: bool = False) -> None:
        """Record another call that blocked, if it was made in a task and so stopped an event loop."""
        if (end_ns > start_ns or for_ever) and (task := self._task()) is not None:
            begin_ns, frame = self._begin_ns or 0, sys._getframe(1)
            if call := blocking_call(frame, self._name):
                self._block(start_ns - begin_ns, end_ns - begin_ns, task, frame, call)

    def _block(self, start: int, end: int, task: int | None, frame: FrameType, call: BlockingCall) -> None:
        if self._blocked_left > 0:
            self._blocked_left -= 1
            self.write(encode(CallBlocked(start, end, task, self._place(frame), call.waits_for, call.what)))

    def touched(self) -> None:
        """Record, once for each line, that a thread uses the event loop of another thread."""
        frame: FrameType | None = sys._getframe(1)
        place = self._place(frame)
        if place in self._touched or len(self._touched) >= _MOST_TOUCHED:
            return
        while frame is not None and not self._name(frame.f_code.co_filename):
            if frame.f_code.co_name == "__del__":  # garbage is collected in whichever thread runs
                return
            frame = frame.f_back
        self._touched.add(place)
        self.write(encode(LoopTouched(self.now, place)))

    def busy_waited(self) -> None:
        """Record the start of a busy wait, of the running task or, if all tasks yield, of the next one."""
        task, frame = self._task(), sys._getframe(1)
        if task is None and (next_one := next_task()) is not None:
            task = self._tasks.get(id(next_one))
            frame = self._suspended(next_one) or frame
        self.write(encode(BusyWaitBegan(self.now, task, self._place(frame))))

    def _suspended(self, task: asyncio.Task[Any]) -> FrameType | None:
        """Return the innermost of the student's frames in a suspended task."""
        found: FrameType | None = None
        kind = kind_of(task)
        one: Any = kind and kind.get_coro(task)
        while frame := one.cr_frame if type(one) is CoroutineType else None:
            found = frame if self._name(frame.f_code.co_filename) else found
            one = one.cr_await
        return found

    def task_creating(self, coroutine: object) -> None:
        """Keep the parent of a new task: an eager task runs before `task_created`."""
        self._creating.append((self._task(), coroutine))

    def task_created(self, task: object, coroutine: object) -> bool:
        """Record a new task; True if its end should be reported, too."""
        parent, known = self._task(), False
        if self._creating and self._creating[-1][1] is coroutine:
            parent, _ = self._creating.pop()
            known = id(task) in self._begun
            self._begun.discard(id(task))
        return known or (task is not None and self._record_task(task, coroutine, parent))

    def _record_task(self, task: Any, coroutine: Any, parent: int | None) -> bool:
        named = type(coroutine) in {CoroutineType, GeneratorType}
        generator = coroutine if named else driven(coroutine)
        closing = type(generator) is AsyncGeneratorType
        name = coroutine.__qualname__ if named else _OWN_NAME(type(coroutine))
        if closing:  # no other code makes a task of an async generator's step
            name = f"{generator.__qualname__}.aclose"
        kind = kind_of(task)
        if self._begin_ns is None or kind is None or name.endswith(_AT_THE_END) or (named and _is_inner(coroutine)):
            return False
        self._count = number = self._count + 1
        self._tasks[id(task)] = number
        if number == 1 and get_ident() == self._main:  # signals are handled in the main thread only
            self.sampler.start(self._flush)
        place = self._place(generator.ag_frame if closing else sys._getframe(1))
        arguments = self._arguments(coroutine) if type(coroutine) is CoroutineType else ""
        called_so, loop = kind.get_name(task)[:_LONGEST_NAME], self._loop(kind.get_loop(task))
        now = self.clock.ns - self._zero_ns
        self._write(_task_created(number, parent, called_so, name, now, place, loop, arguments))
        self._waits.watch(task, number)
        return True

    def _arguments(self, coroutine: CoroutineType[Any, Any, Any]) -> str:
        """Return the arguments of a function of the student's that are numbers and short texts."""
        frame = coroutine.cr_frame
        if self._arguments_left <= 0 or frame is None or not self._name(frame.f_code.co_filename):
            return ""
        self._arguments_left -= 1
        return arguments_of(frame)

    def _loop(self, loop: asyncio.AbstractEventLoop) -> int:
        known, number = self._last_loop
        if known() is not loop:
            number = self._loops.get(loop) or self._loops.setdefault(loop, next(self._loop_numbers))
            self._last_loop = (ref(loop), number)
        return number

    def delay(self, seconds: float) -> None:
        """Record, once, a delay that the program gave one of its sleeps."""
        delay_ns = nanoseconds(seconds)
        if delay_ns not in self._delays and len(self._delays) < _MOST_DELAYS:
            self._delays.add(delay_ns)
            self.write(encode(DelayGiven(delay_ns)))

    def task_done(self, task: object) -> None:
        """Record how a task has ended."""
        kind, number = kind_of(task), self._tasks.pop(id(task), None)
        if kind is None or number is None:
            return
        cancelled = kind.cancelled(task)
        error = None if cancelled else kind.exception(task)
        name = kind.get_name(task)[:_LONGEST_NAME]  # 3.11, 3.12: a task may be named after it was created
        if error is None:
            now, cancelling = self.clock.ns - self._zero_ns, kind.cancelling(task)
            self._write(_task_done(number, now, "cancelled" if cancelled else "finished", name, cancelling, None))
            return
        self._failed[id(task)] = self._failed[id(error)] = number
        said = text_of(error)[:_LONGEST_MESSAGE] if is_pythons(error) else ""
        failure = Failure(_OWN_NAME(type(error))[:_LONGEST_NAME], self._raised(_TRACEBACK(error)), said)
        self.write(encode(TaskDone(number, self.now, "failed", name, kind.cancelling(task), failure)))

    def error_reported(self, context: Mapping[str, Any]) -> None:
        """Record that the exception of a task was never retrieved, or that asyncio could only log it."""
        number = self._failed.pop(id(context.get("future", context.get("exception"))), None)
        if number is not None:
            self.write(encode(ExceptionLost(number)))

    def watch(self) -> None:
        """Record, from now on, coroutines that are never awaited, and tasks that are left when main ends."""
        report_unawaited(self._name, self._record_unawaited)
        stock = asyncio.runners._cancel_all_tasks  # type: ignore[attr-defined]  # 3.11-3.14: asyncio.Runner calls it

        def cancel_all_tasks(loop: asyncio.AbstractEventLoop) -> None:
            numbers = [self._tasks.get(id(task)) for task in asyncio.all_tasks(loop)]
            self.write(encode(TasksLeft(tuple(sorted(number for number in numbers if number is not None)))))
            stock(loop)

        asyncio.runners._cancel_all_tasks = opaque(cancel_all_tasks)  # type: ignore[attr-defined]  # as above

    def _record_unawaited(self, coroutine: str, place: Place | None) -> None:
        if self._unawaited_left > 0:
            self._unawaited_left -= 1
            self.write(encode(NeverAwaited(coroutine, place, self._fell)))

    def slow_steps(self) -> None:
        """Record, at the end, the steps that kept the processor busy for long."""
        for step in self.sampler.stop():
            self.write(encode(step))

    def line(self, stream: Stream, text: str) -> None:
        """Record a line of output, printed by the innermost of the student's lines that are running."""
        if self._begin_ns is not None:
            now = self.clock.ns - self._zero_ns
            self._write(_printed(now, stream, text, self._task(), self._place(sys._getframe(1))))

    def raw_line(self, stream: Stream, text: str) -> None:
        """Record a line that appeared on the file descriptor: nobody knows who wrote it."""
        self.write(_printed(self.now, stream, text, None, None))

    def whereabouts(self, frame: FrameType | None) -> Place | None:
        """Return the student's line that the program is on, in a thread or in the task that the first task awaits."""
        place = self._place(frame)
        waiting = self._task() is None and self.clock.runtime.loops
        if waiting and (task := awaited_last(waiting[-1], self._order)) is not None:  # type: ignore[arg-type]  # a loop
            frames = [one for one in frames_of(task) if self._name(one.f_code.co_filename)]
            return self._place(frames[0]) if frames else place
        if place is None:
            found = (self._place(one) for one in thread_frames())
            return next((one for one in found if one is not None), None)
        return place

    def _order(self, task: asyncio.Task[Any]) -> int:
        return self._tasks.get(id(task), self._count)

    def _task_at_work(self) -> int | None:
        """Return the running task, unless another thread has its turn: then that thread computes, not the task."""
        return self._task() if self.clock.runtime.scheduler.has_turn() else None

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
