"""The records of a run: one class for each, which says its tag and its fields once for both ends of the pipe.

A record is an array of JSON: its tag, then its fields.  Times are whole nanoseconds since the program's start.
"""

from collections.abc import Callable
from dataclasses import dataclass, fields
from typing import Any, ClassVar, Literal, ParamSpec, TypeAlias, TypeVar, get_args

from pytest_asyncgrade.trace.model import CallSite, Outcome, Raised, Stuck, WaitsFor
from pytest_asyncgrade.trace.output import Place, Stream

from .schema import SchemaError, decoder
from .schema import encode as encode_value

VERSION = 4

Question: TypeAlias = Literal["call", "delays"]

_P = ParamSpec("_P")
_R = TypeVar("_R", bound="Record")

Row: TypeAlias = list[Any]
"""A record as JSON holds it."""


class RecordError(ValueError):
    """Something that is not a record of a run."""


@dataclass(frozen=True, slots=True)
class Hello:
    """The first record."""

    tag: ClassVar = "hello"
    version: int


@dataclass(frozen=True, slots=True)
class NotStarted:
    """The only record of a process that failed before the program began, and why."""

    tag: ClassVar = "not started"
    reason: str


@dataclass(frozen=True, slots=True)
class Printed:
    """A line of output; `task` and `place` are None where nobody knows who wrote it."""

    tag: ClassVar = "line"
    time: int
    stream: Stream
    text: str
    task: int | None
    place: Place | None


@dataclass(frozen=True, slots=True)
class TaskCreated:
    """A new task, numbered from 1 in the order of creation; `loop` numbers the event loops in the same way."""

    tag: ClassVar = "task"
    number: int
    parent: int | None
    name: str
    coroutine: str
    time: int
    place: Place | None
    loop: int
    arguments: str


@dataclass(frozen=True, slots=True)
class Failure:
    """The exception of a task: the name of its type, the student's line that raised it, and what it says."""

    error: str
    place: Place | None
    message: str


@dataclass(frozen=True, slots=True)
class TaskDone:
    """The end of a task; `cancel_requests` counts the requests to cancel it that are still open."""

    tag: ClassVar = "done"
    number: int
    time: int
    ended: Literal["finished", "failed", "cancelled"]
    name: str
    cancel_requests: int
    failure: Failure | None


@dataclass(frozen=True, slots=True)
class TasksLeft:
    """Tasks that were not done when main had ended."""

    tag: ClassVar = "left"
    tasks: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class CallBlocked:
    """A call that blocked its thread; `what` is its name as the student knows it."""

    tag: ClassVar = "blocked"
    start: int
    end: int
    task: int | None
    place: Place | None
    waits_for: WaitsFor
    what: str


@dataclass(frozen=True, slots=True)
class BusyWaitBegan:
    """The program began to wait by looking again and again."""

    tag: ClassVar = "busy"
    time: int
    task: int | None
    place: Place | None


@dataclass(frozen=True, slots=True)
class StepWasSlow:
    """A task kept the processor busy, in real milliseconds."""

    tag: ClassVar = "slow"
    milliseconds: int
    task: int
    place: Place | None


@dataclass(frozen=True, slots=True)
class WaitBegan:
    """A task began to wait; `delay` is how long it asked to sleep, `awaited` are the tasks that it waits for."""

    tag: ClassVar = "wait"
    time: int
    task: int
    waits_for: WaitsFor
    what: str
    delay: int | None
    places: tuple[Place, ...]
    calls: tuple[CallSite, ...]
    awaited: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Deadlocked:
    """Every task and thread waits, and nothing can wake any of them."""

    tag: ClassVar = "deadlock"
    waits: tuple[Stuck, ...]


@dataclass(frozen=True, slots=True)
class NeverAwaited:
    """A coroutine was never awaited; `after_error`: an error had ended the program before."""

    tag: ClassVar = "unawaited"
    coroutine: str
    place: Place | None
    after_error: bool


@dataclass(frozen=True, slots=True)
class ExceptionLost:
    """Nobody has asked for the exception of a task, and nobody can any more."""

    tag: ClassVar = "lost"
    task: int


@dataclass(frozen=True, slots=True)
class CancellationSwallowed:
    """A task that was asked to cancel waits again."""

    tag: ClassVar = "swallowed"
    time: int
    task: int
    place: Place | None


@dataclass(frozen=True, slots=True)
class LoopTouched:
    """A thread used the event loop of another one."""

    tag: ClassVar = "touched"
    time: int
    place: Place | None


@dataclass(frozen=True, slots=True)
class FunctionNamed:
    """The student's function that a coroutine of a library's runs in a task."""

    tag: ClassVar = "function"
    task: int
    name: str


@dataclass(frozen=True, slots=True)
class DelayGiven:
    """A delay that the program gave one of its own sleeps."""

    tag: ClassVar = "delay"
    nanoseconds: int


@dataclass(frozen=True, slots=True)
class InsideReached:
    """The program is about to do something that leads to what runs it: `what` is CPython's audit event for it."""

    tag: ClassVar = "reached"
    what: str
    place: Place | None


@dataclass(frozen=True, slots=True)
class Located:
    """The answer to the parent's question: the student's line that the program is on."""

    tag: ClassVar = "stuck"
    place: Place | None


@dataclass(frozen=True, slots=True)
class Asked:
    """The process waits for the parent to tell it the `order.Call` or the `order.Delays` of the run; each only once."""

    tag: ClassVar = "asked"
    what: Question


@dataclass(frozen=True, slots=True)
class Ended:
    """The last record; `place` is the student's line where a program that did not finish ended."""

    tag: ClassVar = "end"
    time: int
    outcome: Outcome
    reason: str
    place: Place | None
    exception: Raised | None
    result: object
    """As `plain.encode` writes it."""


Record: TypeAlias = (
    Hello | NotStarted | Printed | TaskCreated | TaskDone | TasksLeft | CallBlocked | BusyWaitBegan | StepWasSlow
    | WaitBegan | Deadlocked | NeverAwaited | ExceptionLost | CancellationSwallowed | LoopTouched | FunctionNamed
    | DelayGiven | InsideReached | Located | Asked | Ended
)  # fmt: skip

KINDS: tuple[type[Record], ...] = get_args(Record)
_BY_TAG = {kind.tag: kind for kind in KINDS}


def encode(record: Record) -> Row:
    """Return a record as JSON holds it."""
    return [record.tag, *encode_value(record)]


def row_of(kind: Callable[_P, _R]) -> Callable[_P, Row]:
    """Return what encodes the fields of a record without making one: recording has to be quick.

    The fields are already what JSON can hold: `Place` and `CallSite` are tuples.

    >>> row_of(FunctionNamed)(3, "fetch") == encode(FunctionNamed(3, "fetch")) == ["function", 3, "fetch"]
    True
    """
    record: Any = kind
    names = ", ".join(field.name for field in fields(record))
    return eval(f"lambda {names}: [{record.tag!r}, {names}]")  # type: ignore[no-any-return]  # noqa: S307  # of our own names, as dataclasses does


def decode(row: object) -> Record:
    """Return the record that a row is; RecordError if it is none."""
    if type(row) is not list or not row or type(row[0]) is not str:
        msg = "not a record"
        raise RecordError(msg)
    tag, *values = row
    kind: Any = _BY_TAG.get(tag)
    if kind is None:
        msg = f"a record {tag[:20]!r} out of place"
        raise RecordError(msg)
    try:
        record: Record = decoder(kind)("fields", values)
    except SchemaError as error:
        msg = f"a malformed record {tag!r}: {error}"
        raise RecordError(msg) from error
    return record
