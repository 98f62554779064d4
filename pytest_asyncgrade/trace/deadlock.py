"""What a student is told of a deadlock: who waits on which line, what for, and why nobody ends that wait.

The facts come from the student's process (`Recording.stuck`); the sentences are made here.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from pytest_asyncgrade.virtualtime.deadlock_message import listed

from .model import Lacks
from .names import titles
from .text import short

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from .model import Place, Recording, Stuck


class StuckRow(NamedTuple):
    """One row of the table of a deadlock, in the student's words."""

    who: str
    place: Place | None
    """The student's line; None if the wait is in the test's own code."""
    awaits: str
    because: str
    """Who could end the wait, and why that does not happen."""
    are_many: bool = False
    """Whether several tasks wait there."""
    script: str = ""
    """The student's script: a line of another file is told with its name."""

    def __str__(self) -> str:
        where = f" on line {self.place.lineno}" if self.place else ""
        if self.place and self.script not in {"", self.place.filename}:
            where += f" of {self.place.filename}"
        return f"{self.who}{where} {_wait(self.are_many)} for {self.awaits}: {self.because}"


def stuck_rows(recording: Recording, script: str = "") -> list[StuckRow]:
    """Return the table: the wait to look at first on top, those that only wait for other tasks at the bottom."""
    names = titles(recording.tasks)
    created = {span.number: span.place for span in recording.tasks}
    runs_several = {span.number for span in recording.tasks if span.function}
    rows = []
    for wait in sorted(recording.stuck, key=_rank):
        row = _row(wait, names, created)
        if wait.place and runs_several.issuperset(wait.tasks) and len(wait.tasks) == 1:
            row = row._replace(who=short(wait.place.function))
        rows.append(row._replace(script=script))
    return rows


def root(recording: Recording) -> Stuck | None:
    """Return the wait of a deadlock that is to be looked at first; None if none is known."""
    return min(recording.stuck, key=_rank, default=None)


def reason(recording: Recording, script: str = "") -> str:
    """Return one sentence on the deadlock; empty if nothing is known of it."""
    rows = stuck_rows(recording, script)
    return f"deadlock: {rows[0]}" if rows else ""


def hangs_at(recording: Recording) -> Place | None:
    """Return the student's line on which a program is stuck; None if that is not known."""
    first = root(recording)
    if first is not None and first.place is not None:
        return first.place
    last = {wait.task: wait.places[0] for wait in recording.waits if wait.places}
    left = (span.number for span in recording.tasks if span.end is None or span.end == recording.elapsed)
    return next((last[number] for number in left if number in last), None)


_FIRST = (
    Lacks.DONE_IN_THREAD, Lacks.SET_EVENT, Lacks.CLEARED_EVENT, Lacks.WORK_DONE, Lacks.LOCK, Lacks.SEMAPHORE,
    Lacks.LINE, Lacks.SEPARATOR, Lacks.BYTES, Lacks.END_OF_DATA, Lacks.DATA, Lacks.BARRIER, Lacks.CONDITION,
    Lacks.EVENT, Lacks.ROOM, Lacks.ITEM, Lacks.FUTURE, Lacks.CLIENTS, Lacks.SLEEP, Lacks.THREAD, Lacks.TASKS,
)  # fmt: skip
"""What explains a deadlock, the most telling first."""


def _rank(wait: Stuck) -> tuple[bool, bool, int]:
    return wait.lacks is Lacks.TASKS, wait.place is None, _FIRST.index(wait.lacks)


def _row(wait: Stuck, names: Mapping[int, str], created: Mapping[int, Place | None]) -> StuckRow:
    """Return a row; a task that runs none of the student's lines is told with the line that created it."""
    who = listed(_names(wait.tasks, names)) or f"thread {wait.thread}"
    place = wait.place or next((created[number] for number in wait.tasks if created.get(number)), None)
    if place is None:
        who = f"{who} (of the test)"
    others = _names((number for number in wait.others if number not in wait.tasks), names)
    return StuckRow(who, place, _awaited(wait, others), _because(wait, others), len(wait.tasks) > 1)


def _names(numbers: Iterable[int], names: Mapping[int, str]) -> tuple[str, ...]:
    """Return the names of tasks; the grading's own tasks have none."""
    return tuple(dict.fromkeys(names[number] for number in numbers if number in names))


_AWAITED = {
    Lacks.SLEEP: "the end of an endless sleep", Lacks.LOCK: "a lock", Lacks.SEMAPHORE: "a place in a semaphore",
    Lacks.EVENT: "an event", Lacks.CLEARED_EVENT: "an event", Lacks.SET_EVENT: "an event",
    Lacks.CONDITION: "a condition", Lacks.BARRIER: "a barrier", Lacks.ITEM: "an item of a queue",
    Lacks.ROOM: "room in a queue", Lacks.WORK_DONE: "the end of a queue's work, with join()", Lacks.CLIENTS: "clients",
    Lacks.DATA: "data from the other end of a connection", Lacks.LINE: "the end of a line",
    Lacks.END_OF_DATA: "the end of a connection", Lacks.FUTURE: "a future", Lacks.DONE_IN_THREAD: "a future",
}  # fmt: skip


def _awaited(wait: Stuck, others: tuple[str, ...]) -> str:
    match wait.lacks:
        case Lacks.SEPARATOR:
            return f"{wait.separator} on a connection"
        case Lacks.BYTES:
            return f"{wait.needed} bytes on a connection"
        case Lacks.TASKS:
            return listed(others) or "other tasks"
        case Lacks.THREAD:
            return f"the end of thread {wait.other_thread}"
        case lacks:
            return _AWAITED[lacks]


_BECAUSE = {
    Lacks.SLEEP: "it never comes", Lacks.EVENT: "nobody is left to call its set()",
    Lacks.CLEARED_EVENT: "it was set and cleared before this wait began, and nobody is left to set it again",
    Lacks.SET_EVENT: "it was set in a way that does not wake the event loop", Lacks.THREAD: "that thread waits, too",
    Lacks.CONDITION: "nobody is left to call its notify()", Lacks.CLIENTS: "nobody is left who could connect",
    Lacks.ROOM: "the queue is full, and nobody is left to take an item out",
    Lacks.FUTURE: "nobody is left to set its result",
    Lacks.DONE_IN_THREAD: "another thread has set its result, and that does not wake the event loop",
}  # fmt: skip


def _because(wait: Stuck, others: tuple[str, ...]) -> str:  # noqa: C901, PLR0911, PLR0912  # one sentence for each kind
    many = len(others) > 1
    match wait.lacks:
        case Lacks.LOCK if set(wait.tasks) & set(wait.others) or wait.other_thread == wait.thread != "":
            return "it has this lock already, and waits for itself"
        case Lacks.LOCK | Lacks.SEMAPHORE if others or wait.other_thread:
            holder = listed(others) or f"thread {wait.other_thread}"
            return f"{holder} {'have' if many else 'has'} it, and {_wait(many)}, too"
        case Lacks.LOCK:
            return "nobody is left to release it"
        case Lacks.SEMAPHORE:
            return "nobody is left to give a place back"
        case Lacks.BARRIER:
            return f"{wait.needed} have to come, and only {wait.count} are here"
        case Lacks.ITEM:
            has = f"it has {wait.count}, which wake nobody" if wait.count else "it is empty"
            return f"{has}, and nobody is left to put one in"
        case Lacks.WORK_DONE:
            return f"task_done() is missing for {f'{wait.count} of the' if wait.count else 'some'} items put in"
        case Lacks.DATA:
            other = f"{listed(others)}, at the other end, {_wait(many)}, too"
            return other if others else "nobody is left to write at the other end"
        case Lacks.LINE:
            return f"{wait.data} has come, without a line end"
        case Lacks.SEPARATOR | Lacks.BYTES:
            return f"only {wait.data} has come"
        case Lacks.END_OF_DATA:
            return f"{wait.data} has come, and the other end has not closed the connection"
        case Lacks.TASKS:
            return f"{'they wait' if many else 'it waits'}, too"
        case lacks:
            return _BECAUSE[lacks]


def _wait(many: bool) -> str:  # noqa: FBT001  # a number of persons
    return "wait" if many else "waits"
