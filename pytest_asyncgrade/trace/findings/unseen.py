"""What is lost without a word: tasks and cleanups that are cut off, exceptions that nobody looks at."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from pytest_asyncgrade.trace.model import Finding, Outcome

from .source import called, place_of_line

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pytest_asyncgrade.trace.model import TaskSpan, Trace, Wait

    from .source import Source

_CLOSING = ".aclose"


def cut_off(trace: Trace, _source: Source) -> Iterator[Finding]:
    """Find: a task is not done when main has ended."""
    waited = _left_by_wait(trace)
    for span in trace.partial.tasks if trace.outcome is Outcome.FINISHED else ():
        if _is_over(span) and span.number not in waited and span.parent is not None and span.place:
            task = f"the task of {span.title}() created on {span.place}"
            message = f"{task} was not done when the program ended, and cut off"
            yield Finding("cut_off", message, "keep the task and await it before main ends", span.place)


def left_running(trace: Trace, _source: Source) -> Iterator[Finding]:
    """Find: what ``asyncio.wait`` did not wait for is cut off at the end."""
    spans = {span.number: span for span in trace.partial.tasks}
    for number, wait in _left_by_wait(trace).items() if trace.outcome is Outcome.FINISHED else ():
        span, place = spans[number], wait.places[0]
        message = (
            f"asyncio.wait on {place} goes on without the task of {span.title}(): it was still running when the "
            "program ended, and cut off"
        )
        advice = "cancel what is left, `for task in pending: task.cancel()`, or wait for it, too"
        yield Finding("left_running", message, advice, place)


def _left_by_wait(trace: Trace) -> dict[int, Wait]:
    """Return the tasks that were cut off after an ``asyncio.wait`` for them, each with that wait."""
    over = {span.number for span in trace.partial.tasks if _is_over(span)}
    waits = [wait for wait in trace.partial.waits if wait.what == "_wait" and wait.places]
    return {number: wait for wait in waits for number in wait.tasks if number in over}


def _is_over(span: TaskSpan) -> bool:
    return (span.outlived or span.ended == "pending") and span.ended != "finished"


def cleanup_cut_off(trace: Trace, _source: Source) -> Iterator[Finding]:
    """Find: an async generator that is left early has no time to clean up."""
    ends = {None, *(span.end for span in trace.partial.tasks if not span.coroutine.endswith(_CLOSING))}
    for span in trace.partial.tasks if trace.outcome is Outcome.FINISHED else ():
        if not span.coroutine.endswith(_CLOSING) or not span.outlived or not span.place:
            continue
        if span.ended != "finished" and span.end in ends:  # else it was asked to end, and took its time
            name = span.title.removesuffix(_CLOSING)
            message = f"the loop over {name}() was left, and the cleanup after its {span.place} was cut off at the end"
            advice = f"use `async with contextlib.aclosing({name}(...)) as items:` around the loop over items"
            yield Finding("cleanup_cut_off", message, advice, span.place)


def lost_exception(trace: Trace, _source: Source) -> Iterator[Finding]:
    """Find: a task fails, and nobody awaits it."""
    for span in trace.partial.tasks:
        if span.lost and span.place:  # else the grader made the task
            where = f" on {span.raised_at}" if span.raised_at else ""
            task = f"its task, created on {span.place},"
            message = f"{span.title}() raised {span.error}{where}, and nobody awaited {task} to hear of it"
            advice = "await every task; gather and TaskGroup do it for you"
            yield Finding("lost_exception", message, advice, span.raised_at or span.place)


def unseen_exception(trace: Trace, source: Source) -> Iterator[Finding]:
    """Find: tasks fail, and nobody looks at what ``gather(..., return_exceptions=True)`` has made of that."""
    for node in source.nodes:
        if not isinstance(node, ast.Call) or called(node) != "gather" or not _keeps_exceptions(node):
            continue
        failed = _failed_in(node, trace)
        if failed and _is_ignored(node, source):
            first = failed[0]
            where = f" on {first.raised_at}" if first.raised_at else ""
            how_many = "a task" if len(failed) == 1 else f"{len(failed)} tasks"
            message = (
                f"{how_many} of the gather on line {node.lineno} failed ({first.title}() raised {first.error}{where}), "
                "and nobody looks at the results"
            )
            advice = "look at each: `if isinstance(result, Exception): ...`; without return_exceptions it is raised"
            yield Finding("unseen_exception", message, advice, place_of_line(trace, node.lineno))


def _keeps_exceptions(node: ast.Call) -> bool:
    given = {keyword.arg: keyword.value for keyword in node.keywords}.get("return_exceptions")
    return isinstance(given, ast.Constant) and given.value is True


def _failed_in(node: ast.Call, trace: Trace) -> list[TaskSpan]:
    """Return the tasks that a gather has made, so that nobody else can look at them, and that failed."""
    lines = range(node.lineno, (node.end_lineno or node.lineno) + 1)
    return [
        span for span in trace.partial.tasks if span.ended == "failed" and span.place and span.place.lineno in lines
    ]


def _is_ignored(node: ast.Call, source: Source) -> bool:
    """Tell whether the results of an awaited call are dropped, or no more than counted."""
    awaited = source.parents.get(node)
    statement = source.parents.get(awaited) if isinstance(awaited, ast.Await) else None
    if isinstance(statement, ast.Expr):
        return True
    if not isinstance(statement, ast.Assign) or not all(isinstance(target, ast.Name) for target in statement.targets):
        return False
    names = {target.id for target in statement.targets if isinstance(target, ast.Name)}
    function = source.function_of(node)
    uses = [one for one in ast.walk(function) if isinstance(one, ast.Name) and one.id in names]
    return all(isinstance(one.ctx, ast.Store) or _is_counted(one, source) for one in uses)


def _is_counted(node: ast.Name, source: Source) -> bool:
    around = source.parents.get(node)
    return isinstance(around, ast.Call) and called(around) == "len"
