"""What happened in one run of a student's program: frozen data, texts and numbers only."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Literal, NamedTuple

from pytest_asyncgrade.virtualtime.stuck import Lacks

from .output import Line, Output, Place, Stream
from .seconds import Elapsed, Seconds
from .text import short

__all__ = [
    "Blocked",
    "BusyWait",
    "CallSite",
    "Elapsed",
    "Finding",
    "Lacks",
    "Line",
    "Outcome",
    "Output",
    "Place",
    "Raised",
    "Recording",
    "Seconds",
    "SlowStep",
    "Stream",
    "Stuck",
    "Swallowed",
    "TaskSpan",
    "Touched",
    "Unawaited",
    "Wait",
    "WaitsFor",
]  # fmt: skip


class Outcome(StrEnum):
    """How a run ended.  Only a `FINISHED` one can be judged by its order and duration."""

    FINISHED = "finished"
    CRASHED = "crashed"
    EXITED = "exited"
    KILLED = "killed"
    TIMED_OUT = "timed_out"
    DEADLOCKED = "deadlocked"
    FLOODED = "flooded"
    NOT_RUNNABLE = "not_runnable"


@dataclass(frozen=True, slots=True)
class TaskSpan:
    """The life of one `asyncio.Task`; times in virtual seconds.  `end` is None if the program ended before the task."""

    number: int
    name: str
    coroutine: str
    parent: int | None
    start: Seconds
    end: Seconds | None = None
    ended: Literal["finished", "failed", "cancelled", "pending"] = "pending"
    place: Place | None = None
    loop: int = 1
    """The number of its event loop, from 1."""
    outlived: bool = False
    """Whether main ended before it, so that ``asyncio.run`` cancelled it."""
    swallowed: bool = False
    """Whether it was cancelled and ended otherwise."""
    arguments: str = ""
    """The numbers and short texts that its function was given, ``3, 'a'``."""
    function: str = ""
    """The student's function, where the task runs a coroutine of a library that calls it."""
    error: str = ""
    """The type of the exception that it failed with."""
    raised_at: Place | None = None
    """The student's line that raised that exception."""
    message: str = ""
    """What the exception says, if it is one of Python's."""
    lost: bool = False
    """Whether nobody asked for that exception."""

    @property
    def failure(self) -> str:
        """The exception that it failed with, its line and what it says: ``ValueError on line 16 (...)``."""
        where = f" on {self.raised_at}" if self.raised_at else ""
        return f"{self.error}{where}" + (f" ({self.message})" if self.message else "")

    @property
    def title(self) -> str:
        """The function that it runs, as the student wrote it: ``worker``, not ``main.<locals>.worker``."""
        return short(self.function or self.coroutine).removeprefix("BaseEventLoop.")


class CallSite(NamedTuple):
    """A call of one of the student's functions, by its number, and the column (in bytes) of what it awaits."""

    column: int
    number: int


class WaitsFor(StrEnum):
    """What a task waits for, or a call that blocks its thread (the members after `LIBRARY`)."""

    SLEEP = "asyncio.sleep"
    LOCK = "asyncio.Lock"
    SEMAPHORE = "asyncio.Semaphore"
    EVENT = "asyncio.Event"
    CONDITION = "asyncio.Condition"
    BARRIER = "asyncio.Barrier"
    QUEUE_ITEM = "asyncio.Queue.get"
    QUEUE_ROOM = "asyncio.Queue.put"
    QUEUE_DONE = "asyncio.Queue.join"
    TASK_GROUP = "asyncio.TaskGroup"
    FIRST_DONE = "asyncio.wait"
    DATA = "asyncio.StreamReader"
    CLIENTS = "asyncio.Server"
    FUTURE = "future"
    """A future or a task that the student's own code awaits, ``gather`` included."""
    LIBRARY = "library"
    """Another coroutine function of a library."""

    BLOCKING_SLEEP = "time.sleep"
    BLOCKING_LOCK = "threading.Lock"
    BLOCKING_EVENT = "threading.Event"
    BLOCKING_QUEUE = "queue.Queue"
    BLOCKING_FUTURE = "concurrent.futures.Future"
    BLOCKING_PROCESS = "subprocess"
    BLOCKING_SOCKET = "socket"
    BLOCKING_LIBRARY = "blocking library"
    """Another function of a library."""


_DOING = {
    WaitsFor.SLEEP: "sleeps", WaitsFor.LOCK: "waits for a lock", WaitsFor.SEMAPHORE: "waits for a semaphore",
    WaitsFor.EVENT: "waits for an event", WaitsFor.CONDITION: "waits on a condition",
    WaitsFor.QUEUE_ITEM: "waits for an item", WaitsFor.QUEUE_ROOM: "waits for room in a queue",
    WaitsFor.QUEUE_DONE: "waits for a queue to be done", WaitsFor.TASK_GROUP: "waits for its task group",
    WaitsFor.DATA: "waits for data",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Wait:
    """A task waits: from `start` to `end` in virtual seconds, at the student's lines `places`, innermost first.

    `what` is the library's coroutine function that waits, by its qualified name; empty for an awaited future or task.
    `seconds` is how long it asked to sleep; `tasks` are the numbers of the tasks it waits for, directly or through
    ``gather`` and the like.
    """

    task: int
    start: Seconds
    end: Seconds
    waits_for: WaitsFor
    what: str = ""
    seconds: Seconds | None = None
    places: tuple[Place, ...] = ()
    calls: tuple[CallSite, ...] = ()
    """The calls that `places` are in."""
    tasks: tuple[int, ...] = ()

    @property
    def doing(self) -> str:
        """What the task does meanwhile, in words: ``sleeps``, ``waits for a lock``."""
        if self.waits_for in _DOING:
            return _DOING[self.waits_for]
        if self.tasks:
            return "waits for a task" if len(self.tasks) == 1 else "waits for tasks"
        return "waits for a future" if self.waits_for is WaitsFor.FUTURE else "waits"


@dataclass(frozen=True, slots=True)
class Stuck:
    """A wait of a deadlock, which nobody can end any more: of tasks, by their numbers, or of a thread, by its name.

    The fields are those of `virtualtime.stuck.Stuck`; `data` and `separator` are as Python shows them.
    """

    tasks: tuple[int, ...]
    thread: str
    place: Place | None
    lacks: Lacks
    others: tuple[int, ...] = ()
    other_thread: str = ""
    count: int = 0
    needed: int = 0
    data: str = ""
    separator: str = ""


@dataclass(frozen=True, slots=True)
class Unawaited:
    """A coroutine that was made and never awaited, so that none of its code ran; `place` is where it was made."""

    coroutine: str
    place: Place | None = None
    after_error: bool = False
    """Whether an error ended the program before it could be awaited."""


@dataclass(frozen=True, slots=True)
class Touched:
    """A thread used the event loop of another thread, at `place`."""

    time: Seconds
    place: Place | None = None


@dataclass(frozen=True, slots=True)
class Reached:
    """The program used something that leads to what runs it: an audit event of CPython, told before it happened."""

    what: str
    place: Place | None = None


@dataclass(frozen=True, slots=True)
class Swallowed:
    """A task was cancelled and went on: it waits again, at `place`."""

    time: Seconds
    task: int
    place: Place | None = None


@dataclass(frozen=True, slots=True)
class Finding:
    """A misconception that a run shows: what happened, in a beginner's words, and the way out.

    `kind` is one of `findings.KINDS`; an `advisory` finding depends on the machine or on taste.
    """

    kind: str
    message: str
    advice: str
    place: Place | None = None
    advisory: bool = False

    def __str__(self) -> str:
        return self.message


@dataclass(frozen=True, slots=True)
class Blocked:
    """A stretch of virtual time in which a call blocked its thread.

    `what` is the call, as a student knows it: ``time.sleep``, ``subprocess.run``, ``Queue.get``.  Calls other than
    ``time.sleep`` are recorded in tasks only.  Those that wait for another program take real time, which the clock
    follows.
    """

    start: Seconds
    end: Seconds
    task: int | None = None
    place: Place | None = None
    what: str = "time.sleep"
    waits_for: WaitsFor = WaitsFor.BLOCKING_SLEEP

    @property
    def seconds(self) -> Seconds:
        """How long it was."""
        return Seconds(round(self.end - self.start, 9))


@dataclass(frozen=True, slots=True)
class SlowStep:
    """A task kept the processor busy, in real seconds, without waiting once; `place` is where it spent most of them."""

    seconds: float
    task: int | None = None
    place: Place | None = None


@dataclass(frozen=True, slots=True)
class BusyWait:
    """The program began to wait by looking at the clock, or yielding, again and again."""

    time: Seconds
    task: int | None = None
    place: Place | None = None


@dataclass(frozen=True, slots=True)
class Raised:
    """An exception that ended a program: its type's name, its message, its traceback as text, the student's line.

    `told` is the exception that it is about, the first one in a group, as Python shows it; `advice` is what to write
    instead, if that is known.
    """

    type: str
    message: str
    traceback: str = ""
    place: Place | None = None
    told: str = ""
    advice: str = ""

    def __str__(self) -> str:
        return f"{self.type}: {self.message}" if self.message else self.type


@dataclass(frozen=True, slots=True)
class Recording:
    """What was recorded of a run, whether or not it finished."""

    output: Output = field(default_factory=lambda: Output(()))
    stderr: Output = field(default_factory=lambda: Output(()))
    elapsed: Elapsed = field(default_factory=Elapsed)
    result: Any = None
    tasks: tuple[TaskSpan, ...] = ()
    blocked: tuple[Blocked, ...] = ()
    busy_waits: tuple[BusyWait, ...] = ()
    slow_steps: tuple[SlowStep, ...] = ()
    """Where tasks kept the processor busy; real seconds, which differ from machine to machine."""
    max_concurrency: int = 0
    """The most tasks in progress at one time, the main task included: the longest ``asyncio.all_tasks()``."""
    waits: tuple[Wait, ...] = ()
    """The waits of tasks in the order they began; only the first of very many are recorded."""
    stuck: tuple[Stuck, ...] = ()
    """The waits that nobody could end any more, if the program was deadlocked."""
    unawaited: tuple[Unawaited, ...] = ()
    """Coroutines that were made and never awaited."""
    touched: tuple[Touched, ...] = ()
    """Where threads used the event loop of another thread."""
    reached: tuple[Reached, ...] = ()
    """What the program used that leads to what runs it; each once for each line."""
    swallowed: tuple[Swallowed, ...] = ()
    """Where cancelled tasks went on."""
    delays: tuple[float, ...] = ()
    """The delays that the program gave its sleeps, each once, in seconds; empty unless they could be varied."""
