"""What gets lost silently: tasks and cleanups that are cut off, exceptions that nobody looks at."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from pytest_asyncgrade.trace.model import Outcome, WaitsFor
from pytest_asyncgrade.trace.output import innermost

from .diagnosis import Diagnosis
from .script import called, place_of_line

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pytest_asyncgrade.trace.model import TaskSpan, Wait

    from .evidence import Evidence
    from .script import Script

_CLOSING = ".aclose"


def cut_off(run: Evidence, script: Script) -> Iterator[Diagnosis]:
    """Find tasks that are not done when main ends."""
    waited = _left_by_wait(run)
    for span in run.partial.tasks if run.outcome is Outcome.FINISHED else ():
        if _is_over(span) and span.number not in waited and span.parent is not None and span.place:
            task = f"the task of {span.title}() created on {span.place}"
            message = f"{task} was not done when the program ended, and cut off"
            advice = "keep the task and await it before main ends"
            if script.in_loop(span.place.lineno):
                advice = "append each task to a list, and `await asyncio.gather(*tasks)` behind the loop"
            yield Diagnosis(message, advice, span.place)


def left_running(run: Evidence, _script: Script) -> Iterator[Diagnosis]:
    """Find tasks that ``asyncio.wait`` left running and that are cut off at the end."""
    spans = {span.number: span for span in run.partial.tasks}
    for number, wait in _left_by_wait(run).items() if run.outcome is Outcome.FINISHED else ():
        span, place = spans[number], wait.places[0]
        message = (
            f"asyncio.wait on {place} goes on without the task of {span.title}(): it was still running when the "
            "program ended, and cut off"
        )
        advice = "cancel what is left, `for task in pending: task.cancel()`, or wait for it, too"
        yield Diagnosis(message, advice, place)


def _left_by_wait(run: Evidence) -> dict[int, Wait]:
    """Return the tasks that were cut off although an ``asyncio.wait`` waited for them, each with that wait."""
    over = {span.number for span in run.partial.tasks if _is_over(span)}
    waits = [wait for wait in run.partial.waits if wait.waits_for is WaitsFor.FIRST_DONE and wait.places]
    return {number: wait for wait in waits for number in wait.tasks if number in over}


def _is_over(span: TaskSpan) -> bool:
    return (span.outlived or span.ended == "pending") and span.ended != "finished"


def cleanup_cut_off(run: Evidence, _script: Script) -> Iterator[Diagnosis]:
    """Find async generators that are left early and have no time to clean up."""
    ends = {None, *(span.end for span in run.partial.tasks if not span.coroutine.endswith(_CLOSING))}
    for span in run.partial.tasks if run.outcome is Outcome.FINISHED else ():
        if not span.coroutine.endswith(_CLOSING) or not span.outlived or not span.place:
            continue
        if span.ended != "finished" and span.end in ends:  # else it was closed in time, and took long
            name = span.title.removesuffix(_CLOSING)
            message = f"the loop over {name}() was left, and the cleanup after its {span.place} was cut off at the end"
            advice = f"use `async with contextlib.aclosing({name}(...)) as items:` around the loop over items"
            yield Diagnosis(message, advice, span.place)


def lost_exception(run: Evidence, script: Script) -> Iterator[Diagnosis]:
    """Find tasks that fail and are never awaited."""
    for span in run.partial.tasks:
        if not span.lost or span.error == "DeadlockError":  # that is told by itself
            continue
        is_started = not span.place or script.run_on(span.place.lineno)  # with the event loop
        if is_started and span.parent is None and span.raised_at and innermost(span.coroutine) in script.names:
            message = f"{span.title}() raised {span.failure}, and its task, made by asyncio, ended"
            yield Diagnosis(message, "catch in it what can be raised, or see that nothing is", span.raised_at)
        elif span.place:  # else the grader created the task
            task = f"its task, created on {span.place},"
            message = f"{span.title}() raised {span.failure}, and nobody awaited {task} to hear of it"
            advice = "await every task; gather and TaskGroup do it for you"
            yield Diagnosis(message, advice, span.raised_at or span.place)


def unseen_exception(run: Evidence, script: Script) -> Iterator[Diagnosis]:
    """Find failed tasks in the results of ``gather(..., return_exceptions=True)`` that nobody looks at."""
    for node in script.nodes:
        if not isinstance(node, ast.Call) or called(node) != "gather" or not _keeps_exceptions(node):
            continue
        failed = _failed_in(node, run)
        if failed and _is_ignored(node, script):
            first = failed[0]
            how_many = "a task" if len(failed) == 1 else f"{len(failed)} tasks"
            message = (
                f"{how_many} of the gather on line {node.lineno} failed ({first.title}() raised {first.failure}), "
                "and nobody looks at the results"
            )
            advice = "look at each: `if isinstance(result, Exception): ...`; without return_exceptions it is raised"
            yield Diagnosis(message, advice, place_of_line(run, node.lineno))


def _keeps_exceptions(node: ast.Call) -> bool:
    given = {keyword.arg: keyword.value for keyword in node.keywords}.get("return_exceptions")
    return isinstance(given, ast.Constant) and given.value is True


def _failed_in(node: ast.Call, run: Evidence) -> list[TaskSpan]:
    """Return the failed tasks that a gather created itself, so that no other code can await them."""
    lines = range(node.lineno, (node.end_lineno or node.lineno) + 1)
    return [span for span in run.partial.tasks if span.ended == "failed" and span.place and span.place.lineno in lines]


def _is_ignored(node: ast.Call, script: Script) -> bool:
    """Tell whether the results of an awaited call are dropped, or only counted."""
    awaited = script.parents.get(node)
    statement = script.parents.get(awaited) if isinstance(awaited, ast.Await) else None
    if isinstance(statement, ast.Expr):
        return True
    if not isinstance(statement, ast.Assign) or not all(isinstance(target, ast.Name) for target in statement.targets):
        return False
    names = {target.id for target in statement.targets if isinstance(target, ast.Name)}
    function = script.function_of(node)
    uses = [one for one in ast.walk(function) if isinstance(one, ast.Name) and one.id in names]
    return all(isinstance(one.ctx, ast.Store) or _is_counted(one, script) for one in uses)


def _is_counted(node: ast.Name, script: Script) -> bool:
    around = script.parents.get(node)
    return isinstance(around, ast.Call) and called(around) == "len"
