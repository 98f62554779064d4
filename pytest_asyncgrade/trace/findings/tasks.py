"""Tasks that nobody looks after, and programs that are stuck."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from pytest_asyncgrade.trace.model import Finding, Outcome

from .source import CREATES, place_of_line

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pytest_asyncgrade.trace.model import Trace

    from .source import Source

MANY_TASKS = 500
"""From how many tasks in progress at once on it is advised to limit them."""


def no_reference(trace: Trace, source: Source) -> Iterator[Finding]:
    """Find: a task is made, and nobody keeps it."""
    lines = {
        node.lineno
        for node in source.nodes
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Call) and _creates_alone(node.value)
    }
    touched = {touch.place for touch in trace.partial.touched}
    for span in trace.partial.tasks:
        if span.place in touched:
            continue
        if span.place and span.place.lineno in lines and not span.outlived and (span.end or 0) > span.start:
            message = f"{span.place} creates a task and keeps no reference to it: Python may collect it half-way"
            advice = "assign it, `task = asyncio.create_task(...)`, and await it; or use a TaskGroup"
            yield Finding("no_reference", message, advice, span.place, advisory=True)


def _creates_alone(call: ast.Call) -> bool:
    """Tell whether a call is of ``asyncio.create_task`` or the like: a TaskGroup keeps its tasks."""
    function = call.func
    if isinstance(function, ast.Attribute):
        known = isinstance(function.value, ast.Name) and function.value.id in {"asyncio", "loop"}
        return known and function.attr in CREATES
    return isinstance(function, ast.Name) and function.id in CREATES


def swallowed_cancellation(trace: Trace, source: Source) -> Iterator[Finding]:
    """Find: a task is cancelled and goes on."""
    spans = {span.number: span for span in trace.partial.tasks}
    gone_on = [(spans[one.task], f" at {one.time}") for one in trace.partial.swallowed]
    for span, when in [*gone_on, *((span, "") for span in spans.values() if span.swallowed)]:
        places = {place.function for wait in trace.partial.waits if wait.task == span.number for place in wait.places}
        names = {name.rpartition(".")[2] for name in {span.coroutine, *places}}
        handlers = [
            handler.lineno
            for function in source.coroutines
            if function.name in names
            for handler in ast.walk(function)
            if isinstance(handler, ast.ExceptHandler) and _swallows(handler)
        ]
        if handlers:  # else it was not the student: before 3.13 a TaskGroup leaves its own request to cancel behind
            caught = f"line {handlers[0]} catches the CancelledError"
            message = f"{span.coroutine.rpartition('.')[2]}() was cancelled{when} and went on all the same ({caught})"
            place = place_of_line(trace, handlers[0])
            yield Finding("swallowed_cancellation", message, "clean up, then end the handler with `raise`", place)


def _swallows(handler: ast.ExceptHandler) -> bool:
    """Tell whether a handler catches a CancelledError and does not let it go on."""
    if any(isinstance(node, ast.Raise) for node in ast.walk(handler)):
        return False
    kinds = handler.type.elts if isinstance(handler.type, ast.Tuple) else [handler.type]
    names = {ast.unparse(kind).rpartition(".")[2] if kind else "" for kind in kinds}
    return bool(names & {"CancelledError", "BaseException", ""})


def unbounded(trace: Trace, _source: Source) -> Iterator[Finding]:
    """Find: very many tasks are in progress at once."""
    most = trace.partial.max_concurrency
    if most > MANY_TASKS:
        message = f"{most} tasks are in progress at once; a server that gets so many requests may refuse them"
        yield Finding("unbounded", message, "let an asyncio.Semaphore admit some at a time", None, advisory=True)


_ENDS = {
    "Queue.get": "who waits for an item needs a put() for it; cancel it when there are no more, or put None last",
    "Queue.join": "after each item that is taken, call queue.task_done(), even if its work fails: in a finally",
    "Queue.put": "a full queue needs a task that still takes items out",
    "Lock.acquire": "a lock is released by who holds it: use async with, take several in the same order everywhere, "
    "and none twice",
    "Semaphore.acquire": "a place is given back by who has it: use async with",
    "Event.wait": "an event needs a task that still runs and calls its set(), without clear() right after it",
    "Condition.wait": "a condition needs a task that still runs, changes what is waited for, and calls notify()",
    "Barrier.wait": "a barrier opens when as many tasks wait for it as it was made for",
    "StreamReader._wait_for_data": "the other end has to write what is read, with an end of line for readline(), "
    "or close its writer",
    "": "a future needs somebody who calls its set_result()",
}
"""What could end a wait, by what it waits for."""


def deadlock(trace: Trace, _source: Source) -> Iterator[Finding]:
    """Find: every task waits, and nothing can wake them."""
    if trace.outcome is Outcome.DEADLOCKED:
        last = {wait.task: wait.what for wait in trace.partial.waits if not wait.tasks}
        elapsed = trace.partial.elapsed
        stuck = [span.number for span in trace.partial.tasks if span.end is None or span.end == elapsed]
        ends = dict.fromkeys(_ENDS[what] for number in stuck if (what := last.get(number)) in _ENDS)
        otherwise = "what a task waits for has to be set, released or put by another one that can still run"
        if trace.partial.touched:
            otherwise, ends = "what another thread puts or sets wakes nobody here: let the loop call it", {}
        advice = "; ".join(ends) or otherwise
        yield Finding("deadlock", "the program is stuck: every task waits, and nothing can wake any of them", advice)
