"""What happened in one run of a student's program: frozen data, nothing of the student's in it but text and numbers.

A run that did not finish has no duration and no order one could judge: `Trace.output`, `Trace.elapsed` and the rest
then raise `UnfinishedRunError` (an AssertionError), whatever a check does with them.  What was recorded up to
there is in `Trace.partial`.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Literal

from .output import Line, Output, Place, Stream, innermost
from .seconds import Elapsed, Seconds
from .text import short

__all__ = [
    "KINDS", "Blocked", "BusyWait", "Elapsed", "Finding", "Line", "Outcome", "Output", "Place", "Raised",
    "Recording", "Seconds", "SlowStep", "Stream", "TaskSpan", "Trace", "Unawaited", "UnfinishedRunError",
    "Varied", "Wait", "WrongResultError",
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


class UnfinishedRunError(AssertionError):
    """A check asked for the output, duration ... of a run that did not finish."""

    def __init__(self, trace: Trace) -> None:
        super().__init__(trace.reason)
        self.trace = trace


class WrongResultError(AssertionError):
    """What a student's function returned has another shape than it should; the message says so to the student."""


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
    """Which of the program's event loops it is in, from 1."""
    outlived: bool = False
    """Whether it was not done when main had ended, so that ``asyncio.run`` cancelled it."""
    swallowed: bool = False
    """Whether it was asked to cancel and ended otherwise."""
    arguments: str = ""
    """The numbers and short texts that its function was given, ``3, 'a'``."""
    function: str = ""
    """The student's function that a coroutine of a library's runs."""
    error: str = ""
    """The type of the exception that it failed with."""
    raised_at: Place | None = None
    """The student's line that raised it."""
    lost: bool = False
    """Whether nobody has ever asked for that exception."""

    @property
    def title(self) -> str:
        """The function that it runs, as the student wrote it: ``worker``, not ``main.<locals>.worker``."""
        return short(self.function or self.coroutine).removeprefix("BaseEventLoop.")


@dataclass(frozen=True, slots=True)
class Call:
    """One call of a function of the student's, by its number, and the column (in bytes) of what it awaits there."""

    column: int
    number: int


_DOING = {
    "sleep": "sleeps", "Lock.acquire": "waits for a lock", "Semaphore.acquire": "waits for a semaphore",
    "Event.wait": "waits for an event", "Condition.wait": "waits on a condition", "Queue.get": "waits for an item",
    "Queue.put": "waits for room in a queue", "Queue.join": "waits for a queue to be done",
    "TaskGroup.__aexit__": "waits for its task group", "StreamReader._wait_for_data": "waits for data",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Wait:
    """A task waits: from `start` to `end` in virtual seconds, at the student's lines `places`, innermost first.

    `what` made it wait, as asyncio calls it (``sleep``, ``Lock.acquire``, ``Queue.get``; empty for an awaited future or
    task); `seconds` is how long it asked to sleep; `tasks` are the numbers of the tasks it waits for, directly or
    through ``gather`` and the like.
    """

    task: int
    start: Seconds
    end: Seconds
    what: str
    seconds: Seconds | None = None
    places: tuple[Place, ...] = ()
    calls: tuple[Call, ...] = ()
    """The calls that `places` are in."""
    tasks: tuple[int, ...] = ()

    @property
    def doing(self) -> str:
        """What the task does meanwhile, in words: ``sleeps``, ``waits for a lock``."""
        if self.what not in _DOING and self.tasks:
            return "waits for a task" if len(self.tasks) == 1 else "waits for tasks"
        return _DOING.get(self.what, "waits" if self.what else "waits for a future")


@dataclass(frozen=True, slots=True)
class Unawaited:
    """A coroutine that was made and never awaited, so that nothing of it ran; `place` is where it was made."""

    coroutine: str
    place: Place | None = None
    after_error: bool = False
    """Whether it was still to be awaited when an error ended the program."""


@dataclass(frozen=True, slots=True)
class Touched:
    """Another thread used an event loop as if it were its own, at `place`."""

    time: Seconds
    place: Place | None = None


@dataclass(frozen=True, slots=True)
class Swallowed:
    """A task was asked to cancel and has gone on: it waits again, at `place`."""

    time: Seconds
    task: int
    place: Place | None = None


KINDS = (
    "coroutine_as_value", "never_awaited", "not_called", "blocked_loop", "slow_step", "busy_wait", "thread_unsafe",
    "sequential_awaits", "awaited_at_once", "sequential_runs", "run_in_loop", "cut_off", "left_running",
    "cleanup_cut_off", "no_reference", "lost_exception", "unseen_exception", "swallowed_cancellation", "idle_lock",
    "useless_lock", "unbounded", "deadlock",
)  # fmt: skip
"""What `Finding.kind` can be, in the order they are told."""


@dataclass(frozen=True, slots=True)
class Finding:
    """A misconception that a run shows: what happened, in a beginner's words, and the way out.

    `kind` is one of `KINDS`; an `advisory` one is advice that depends on the machine or on taste.
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
    """A stretch of virtual time in which a call blocked its thread; of others than ``time.sleep`` those in tasks alone.

    `what` is the call, as a student knows it: ``time.sleep``, ``subprocess.run``, ``Queue.get``.  Those that wait for
    another program take real time, which the clock follows.
    """

    start: Seconds
    end: Seconds
    task: int | None = None
    place: Place | None = None
    what: str = "time.sleep"

    @property
    def seconds(self) -> Seconds:
        """How long it was."""
        return Seconds(round(self.end - self.start, 9))


@dataclass(frozen=True, slots=True)
class SlowStep:
    """A task has kept the processor busy for so long, in real seconds, without waiting once; at which line of it."""

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
    """An exception that ended a program: its type's name, its message, its traceback as text, the student's line."""

    type: str
    message: str
    traceback: str = ""
    place: Place | None = None

    def __str__(self) -> str:
        return f"{self.type}: {self.message}" if self.message else self.type


class Varied(dict[float, float]):
    """What became of the delays of a program's own sleeps, in seconds; one that was not varied is what it was."""

    def __missing__(self, seconds: float) -> float:
        return seconds


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
    """Where a task kept the processor busy for long; real seconds, which differ from machine to machine."""
    max_concurrency: int = 0
    """The most tasks that were in progress at one time, the main task included: the longest ``asyncio.all_tasks()``."""
    waits: tuple[Wait, ...] = ()
    """The first waits of tasks, in the order they began; of a program with very many the later ones are left out."""
    unawaited: tuple[Unawaited, ...] = ()
    """Coroutines that were made and never awaited."""
    touched: tuple[Touched, ...] = ()
    """Where other threads used an event loop as if it were their own."""
    swallowed: tuple[Swallowed, ...] = ()
    """Where tasks that were asked to cancel have gone on."""
    delays: tuple[float, ...] = ()
    """Of a run whose sleeps could be varied: the delays the program gave them, each once, in seconds."""


@dataclass(frozen=True, slots=True)
class Trace:
    """One run of a student's program, as a check sees it.

    `output` and `stderr` are the lines printed; `elapsed` the virtual seconds the program took; `result` what a called
    function returned (exact built-in types); `tasks` the life of each task; `max_concurrency` the most tasks in
    progress at once; `blocked` the stretches in which a blocking call stopped everything; `waits` what the tasks waited
    for; `findings` the misconceptions that show; each raises `UnfinishedRunError` if the run did not finish.
    `outcome`, `reason` (in the student's words), `exception` and `partial` can always be asked for.
    """

    outcome: Outcome
    reason: str
    partial: Recording
    exception: Raised | None = None
    asked: str = ""
    source: tuple[str, ...] = field(default=(), repr=False)
    records: tuple[bytes, ...] = field(default=(), repr=False, compare=False)
    varied: Varied = field(default_factory=Varied)
    """What became of the delays of the program's own sleeps: ``trace.varied[2]`` of two seconds."""
    ignored: frozenset[str] = frozenset()
    """Kinds of findings that do not count: what the exercise asks for."""

    def _finished(self) -> Recording:
        if self.outcome is not Outcome.FINISHED:
            raise UnfinishedRunError(self)
        return self.partial

    @property
    def output(self) -> Output:
        """The lines on standard output."""
        return self._finished().output

    @property
    def stderr(self) -> Output:
        """The lines on standard error."""
        return self._finished().stderr

    @property
    def elapsed(self) -> Elapsed:
        """Virtual seconds from the program's start to its end."""
        return self._finished().elapsed

    @property
    def result(self) -> Any:
        """What the called function returned, in exact built-in types; None for a whole program."""
        return self._finished().result

    @property
    def tasks(self) -> tuple[TaskSpan, ...]:
        """Every task, in the order of creation."""
        return self._finished().tasks

    @property
    def blocked(self) -> tuple[Blocked, ...]:
        """The stretches in which ``time.sleep``, or in a task another blocking call, blocked its thread."""
        return self._finished().blocked

    @property
    def busy_waits(self) -> tuple[BusyWait, ...]:
        """Where the program waited by looking at the clock again and again."""
        return self._finished().busy_waits

    @property
    def waits(self) -> tuple[Wait, ...]:
        """What the tasks waited for, in the order they began to."""
        return self._finished().waits

    def waits_in(self, function: str) -> tuple[Wait, ...]:
        """Return the waits of a function of the student's and of what it called; empty if it was never called."""
        return tuple(w for w in self.waits if any(innermost(place.function) == function for place in w.places))

    @property
    def findings(self) -> list[Finding]:
        """The misconceptions that the run shows; empty if there are none."""
        from .findings import find

        self._finished()
        return find(self)

    def found(self, *kinds: str) -> list[Finding]:
        """Return the findings of some kinds (out of `KINDS`); ValueError if there is no such kind."""
        for kind in kinds:
            if kind not in KINDS:
                msg = f"trace.found({kind!r}): there is no such kind of finding: choose {', '.join(KINDS)}"
                raise ValueError(msg)
        return [finding for finding in self.findings if finding.kind in kinds]

    @property
    def max_concurrency(self) -> int:
        """The most tasks that were in progress at one time, the main task included."""
        return self._finished().max_concurrency
