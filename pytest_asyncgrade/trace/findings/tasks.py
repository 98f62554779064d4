"""Tasks that nobody keeps, ends or limits, and programs that are stuck."""

from __future__ import annotations

import ast
from itertools import islice
from typing import TYPE_CHECKING

from pytest_asyncgrade.trace.deadlock import root
from pytest_asyncgrade.trace.model import Lacks, Outcome, Place

from .diagnosis import Diagnosis
from .script import CREATES, called, place_of_line

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pytest_asyncgrade.trace.model import Stuck

    from .evidence import Evidence
    from .script import Script

MANY_TASKS = 500
"""Most tasks in progress at once before a limit is advised."""


def no_reference(run: Evidence, script: Script) -> Iterator[Diagnosis]:
    """Find tasks to which no reference is kept."""
    lines = {
        node.lineno
        for node in script.nodes
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Call) and _creates_alone(node.value)
    }
    touched = {touch.place for touch in run.partial.touched}
    for span in run.partial.tasks:
        if span.place in touched:
            continue
        if span.place and span.place.lineno in lines and not span.outlived and (span.end or 0) > span.start:
            message = f"{span.place} creates a task and keeps no reference to it: Python may collect it half-way"
            advice = "assign it, `task = asyncio.create_task(...)`, and await it; or use a TaskGroup"
            yield Diagnosis(message, advice, span.place)


def _creates_alone(call: ast.Call) -> bool:
    """Tell whether a call creates a task that nothing keeps, as a TaskGroup would."""
    function = call.func
    if isinstance(function, ast.Attribute):
        known = isinstance(function.value, ast.Name) and function.value.id in {"asyncio", "loop"}
        return known and function.attr in CREATES
    return isinstance(function, ast.Name) and function.id in CREATES


def swallowed_cancellation(run: Evidence, script: Script) -> Iterator[Diagnosis]:
    """Find tasks that are cancelled and go on."""
    spans = {span.number: span for span in run.partial.tasks}
    gone_on = {one.task: f"{one.time}" for one in run.partial.swallowed}
    for span in (one for one in spans.values() if one.number in gone_on or one.swallowed):
        places = {place.function for wait in run.partial.waits if wait.task == span.number for place in wait.places}
        names = {name.rpartition(".")[2] for name in {span.coroutine, *places}}
        found = (
            (node, advice)
            for function in script.coroutines
            if function.name in names
            for node in ast.walk(function)
            if (advice := _swallows(node)) and (span.number in gone_on or not _ends(node))
        )
        for node, advice in islice(found, 1):
            # without a handler it was not the student: before 3.13 a TaskGroup leaves its own cancel request behind
            when = gone_on.get(span.number)
            what = f"at {when} and went on all the same" if when else "and ended as if it had not been"
            line = getattr(node, "lineno", 0)
            message = (
                f"{span.coroutine.rpartition('.')[2]}() was cancelled {what} (line {line} catches the CancelledError)"
            )
            yield Diagnosis(message, advice, place_of_line(run, line))


_CAUGHT = frozenset({"CancelledError", "BaseException", ""})


def _swallows(node: ast.AST) -> str:
    """Return what to write instead of a node that swallows a CancelledError; empty if it does not."""
    match node:
        case ast.ExceptHandler() if not any(isinstance(one, ast.Raise) for one in ast.walk(node)):
            kinds = node.type.elts if isinstance(node.type, ast.Tuple) else [node.type]
            if any((ast.unparse(kind) if kind else "").rpartition(".")[2] in _CAUGHT for kind in kinds):
                return "clean up, then end the handler with `raise`"
        case ast.Call() if called(node) == "suppress":
            if any(ast.unparse(kind).rpartition(".")[2] in _CAUGHT for kind in node.args):
                return "leave it out there, so that the task ends when it is cancelled"
        case ast.Try(finalbody=[*_, ast.Return() | ast.Break() | ast.Continue()]):
            return "end no finally with return, break or continue: the error is lost there"
    return ""


def _ends(handler: ast.AST) -> bool:
    """Tell whether a handler deliberately ends the loop around it."""
    return isinstance(handler, ast.ExceptHandler) and isinstance(handler.body[-1], ast.Break)


def unbounded(run: Evidence, _script: Script) -> Iterator[Diagnosis]:
    """Find too many tasks in progress at once."""
    most = run.partial.max_concurrency
    if most > MANY_TASKS:
        message = f"{most} tasks are in progress at once; a server that gets so many requests may refuse them"
        yield Diagnosis(message, "let an asyncio.Semaphore admit some at a time", None)


_SETS = "an event needs a task that still runs and calls its set()"
_WAYS_OUT = {
    Lacks.ITEM: "each get() needs a put(): put one None for each worker at the end, or cancel the workers when all is "
    "done",
    Lacks.WORK_DONE: "after each item that is taken, call queue.task_done(), even if its work fails: in a finally",
    Lacks.CLIENTS: "a server that is graded has no clients but those that the program starts itself: "
    "start one, and close the server when it is done",
    Lacks.ROOM: "a full queue needs a task that still takes items out",
    Lacks.LOCK: "a lock is released by who holds it: use async with, take several in the same order everywhere, "
    "and none twice",
    Lacks.SEMAPHORE: "a place is given back by who has it: use async with",
    Lacks.EVENT: _SETS,
    Lacks.CLEARED_EVENT: f"{_SETS}: leave out the clear(), or wait before it is called",
    Lacks.CONDITION: "a condition needs a task that still runs, changes what is waited for, and calls notify()",
    Lacks.BARRIER: "a barrier opens when as many tasks wait for it as it was made for",
    Lacks.DATA: "the other end has to write what is read here, or to close its writer",
    Lacks.LINE: 'readline() waits for a line end: write it with the line, writer.write(b"...\\n")',
    Lacks.SEPARATOR: "who writes has to send what readuntil() waits for",
    Lacks.BYTES: "readexactly() waits for all of these bytes: send as many, or read a line",
    Lacks.END_OF_DATA: "read() without a number waits until the other end closes: read a line, or close the "
    "writer there",
    Lacks.FUTURE: "a future needs somebody who calls its set_result()",
}  # fmt: skip
"""How to end a wait, by what it is for."""


def deadlock(run: Evidence, script: Script) -> Iterator[Diagnosis]:
    """Find a deadlock: every task waits, and nothing can wake any of them."""
    if run.outcome is Outcome.DEADLOCKED:
        message = "the program is stuck: every task waits, and nothing can wake any of them"
        first = root(run.partial)
        place = _unended_write(run, script) or (first.place if first else None)
        yield Diagnosis(message, _way_out(run, first), place)


def _unended_write(run: Evidence, script: Script) -> Place | None:
    """Return the line that writes to a connection on whose other end somebody waits for the end of a line."""
    spans = {span.number: span for span in run.partial.tasks}
    writers = [number for wait in run.partial.stuck if wait.lacks is Lacks.LINE for number in wait.others]
    waits = [wait.places for wait in run.partial.waits if wait.task in writers]
    functions = [place.function for places in waits for place in places] + [spans[number].title for number in writers]
    names = {name.rpartition(".")[2] for name in functions}
    for function in script.nodes:
        if isinstance(function, ast.AsyncFunctionDef | ast.FunctionDef) and function.name in names:
            for node in ast.walk(function):
                if isinstance(node, ast.Call) and called(node) in {"write", "writelines"}:
                    return Place(run.script, node.lineno, function.name)
    return None


def _way_out(run: Evidence, first: Stuck | None) -> str:
    """Return what could have ended the wait of a deadlock that is to be looked at first."""
    if run.partial.touched:
        return "what another thread puts or sets wakes nobody here: let the loop call it"
    elapsed = run.partial.elapsed
    if any(stretch.task is not None and stretch.end == elapsed for stretch in run.partial.blocked):
        return "the call that stops the event loop waits for what only another task can do, and none can run meanwhile"
    waits = [wait.lacks for wait in run.partial.stuck]
    lacks = Lacks.LINE if Lacks.LINE in waits else first.lacks if first else Lacks.TASKS
    return _WAYS_OUT.get(
        lacks, "what a task waits for has to be set, released or put by another one that can still run"
    )
