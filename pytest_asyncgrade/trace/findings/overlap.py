"""What could overlap, and does not."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from pytest_asyncgrade.trace.model import Finding
from pytest_asyncgrade.trace.text import short

from .sequence import independent
from .source import CREATES, called

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pytest_asyncgrade.trace.model import TaskSpan, Trace

    from .source import Source

_ENOUGH = 2
"""So many waits one after the other could have overlapped."""


def awaited_at_once(trace: Trace, source: Source) -> Iterator[Finding]:
    """Find: tasks are each awaited in the line that creates them."""
    lines = [
        node.lineno
        for node in source.nodes
        if isinstance(node, ast.Await) and isinstance(node.value, ast.Call) and called(node.value) in CREATES
    ]
    spans = [span for span in trace.partial.tasks if span.place and span.place.lineno in lines and span.end]
    spans = [span for span in spans if (span.end or 0) > span.start]
    if len(spans) >= _ENOUGH:
        place = spans[0].place
        message = f"{place} awaits each task in the line that creates it, so the next one begins when it is done"
        yield Finding("awaited_at_once", message, "create all the tasks first, and await them afterwards", place)


def sequential_runs(trace: Trace, source: Source) -> Iterator[Finding]:
    """Find: runs of event loops, of one kind, one after the other."""
    runs: list[tuple[TaskSpan, ast.expr]] = []
    for span in trace.partial.tasks:
        node = source.run_on(span.place.lineno) if span.parent is None and span.place else None
        if node and (span.end or 0) > span.start:
            if not runs or (span.start == runs[-1][0].end and _another_run(span, node, runs, source)):
                runs.append((span, node))
                continue
            if span.start >= (runs[-1][0].end or 0):
                yield from _runs(runs)
                runs = [(span, node)]
    yield from _runs(runs)


def _another_run(span: TaskSpan, node: ast.expr, runs: list[tuple[TaskSpan, ast.expr]], source: Source) -> bool:
    earlier = [(short(one.coroutine), known) for one, known in runs]
    return independent(node, short(span.coroutine), earlier, source)


def _runs(runs: list[tuple[TaskSpan, ast.expr]]) -> Iterator[Finding]:
    if len(runs) < _ENOUGH:
        return
    count, loops = len(runs), len({span.loop for span, _node in runs})
    what = f"{count} event loops run" if loops == count else f"the event loop runs {count} times,"
    other = "what is in one cannot overlap what is in another"
    advice = "call asyncio.run once, with a main() that does it all"
    yield Finding("sequential_runs", f"{what} one after the other: {other}", advice, runs[1][0].place)


def run_in_loop(trace: Trace, source: Source) -> Iterator[Finding]:
    """Find: asyncio.run is called where a loop runs already."""
    error = trace.exception
    if error and "asyncio.run() cannot be called from a running event loop" in error.message:
        run = source.run_on(error.place.lineno) if error.place else None
        other = ast.unparse(run.args[0]) if run and run.args else "other()"
        plain = source.way_to_await(other, error.place.lineno) if error.place else ""
        where = "in a function that a coroutine calls" if plain else "in a coroutine"
        message = f"{error.place or 'the program'} calls asyncio.run() {where}: the event loop runs already"
        yield Finding("run_in_loop", message, plain or f"in a coroutine just await: `await {other}`", error.place)
