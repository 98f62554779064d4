"""Work that could overlap and does not."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from pytest_asyncgrade.trace.text import short

from .diagnosis import Diagnosis
from .script import CREATES, called
from .sequence import independent

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pytest_asyncgrade.trace.model import TaskSpan

    from .evidence import Evidence
    from .script import Script

_ENOUGH = 2
"""Least waits one after the other that are reported."""


def awaited_at_once(run: Evidence, script: Script) -> Iterator[Diagnosis]:
    """Find tasks that are awaited in the lines that create them."""
    lines = [
        node.lineno
        for node in script.nodes
        if isinstance(node, ast.Await) and isinstance(node.value, ast.Call) and called(node.value) in CREATES
    ]
    spans = [span for span in run.partial.tasks if span.place and span.place.lineno in lines and span.end]
    spans = [span for span in spans if (span.end or 0) > span.start]
    if len(spans) >= _ENOUGH:
        place = spans[0].place
        message = f"{place} awaits each task in the line that creates it, so the next one begins when it is done"
        yield Diagnosis(message, "create all the tasks first, and await them afterwards", place)


def sequential_runs(run: Evidence, script: Script) -> Iterator[Diagnosis]:
    """Find similar runs of event loops one after the other."""
    runs: list[tuple[TaskSpan, ast.expr]] = []
    for span in run.partial.tasks:
        node = script.run_on(span.place.lineno) if span.parent is None and span.place else None
        if node and (span.end or 0) > span.start:
            if not runs or (span.start == runs[-1][0].end and _another_run(span, node, runs, script)):
                runs.append((span, node))
                continue
            if span.start >= (runs[-1][0].end or 0):
                yield from _runs(runs)
                runs = [(span, node)]
    yield from _runs(runs)


def _another_run(span: TaskSpan, node: ast.expr, runs: list[tuple[TaskSpan, ast.expr]], script: Script) -> bool:
    earlier = [(short(one.coroutine), known) for one, known in runs]
    return independent(node, short(span.coroutine), earlier, script)


def _runs(runs: list[tuple[TaskSpan, ast.expr]]) -> Iterator[Diagnosis]:
    if len(runs) < _ENOUGH:
        return
    count, loops = len(runs), len({span.loop for span, _node in runs})
    what = f"{count} event loops run" if loops == count else f"the event loop runs {count} times,"
    other = "what is in one cannot overlap what is in another"
    advice = "call asyncio.run once, with a main() that does it all"
    yield Diagnosis(f"{what} one after the other: {other}", advice, runs[1][0].place)


def run_in_loop(run: Evidence, script: Script) -> Iterator[Diagnosis]:
    """Find a call of asyncio.run while a loop is running."""
    error = run.exception
    if error and "asyncio.run() cannot be called from a running event loop" in error.message:
        call = script.run_on(error.place.lineno) if error.place else None
        other = ast.unparse(call.args[0]) if call and call.args else "other()"
        plain = script.way_to_await(other, error.place.lineno) if error.place else ""
        where = "in a function that a coroutine calls" if plain else "in a coroutine"
        message = f"{error.place or 'the program'} calls asyncio.run() {where}: the event loop runs already"
        yield Diagnosis(message, plain or f"in a coroutine just await: `await {other}`", error.place)
