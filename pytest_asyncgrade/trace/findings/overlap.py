"""What could overlap, and does not."""

from __future__ import annotations

import ast
from collections import defaultdict
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from pytest_asyncgrade.trace.model import Finding
from pytest_asyncgrade.trace.plain import number

from .source import CREATES, called, loaded, place_of_line, stored

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pytest_asyncgrade.trace.model import Place, Recording, TaskSpan, Trace

    from .source import Source

_ENOUGH = 2
"""So many waits one after the other could have overlapped."""


def sequential_awaits(trace: Trace, source: Source) -> Iterator[Finding]:
    """Find: awaits that do not need each other wait one after the other."""
    waited = _time_by_line(trace.partial, source)
    for function in source.coroutines:
        for node in ast.walk(function):
            if isinstance(node, ast.For | ast.AsyncFor):
                yield from _in_a_loop(trace, source, node, waited)
            for block in (getattr(node, name, None) for name in ("body", "orelse", "finalbody")):
                if isinstance(block, list):
                    yield from _in_a_block(trace, source, block, waited)


def _in_a_block(
    trace: Trace, source: Source, block: list[ast.stmt], waited: dict[int, list[float]]
) -> Iterator[Finding]:
    """Find awaits one below the other, none of which needs what another one returns."""
    together: list[ast.stmt] = []
    assigned: set[str] = set()
    for statement in [*block, ast.Pass()]:
        call = source.calls(_value(statement)) if isinstance(statement, ast.Expr | ast.Assign) else None
        if call is not None and not assigned & loaded(call):
            together.append(statement)
            assigned |= stored(statement)
            continue
        if len(together) >= _ENOUGH:
            yield from _one_after_the_other(trace, together, waited)
        together, assigned = ([statement], stored(statement)) if call is not None else ([], set())


def _one_after_the_other(trace: Trace, statements: list[ast.stmt], waited: dict[int, list[float]]) -> Iterator[Finding]:
    lines = [statement.lineno for statement in statements if waited.get(statement.lineno)]
    times = [sum(waited[line]) for line in lines]
    if len(lines) < _ENOUGH or any(len(waited[line]) > 1 for line in lines):
        return
    where = f"lines {', '.join(map(str, lines[:-1]))} and {lines[-1]} wait"
    yield _sequential(trace, where, times, lines[0])


def _in_a_loop(
    trace: Trace, source: Source, loop: ast.For | ast.AsyncFor, waited: dict[int, list[float]]
) -> Iterator[Finding]:
    """Find a loop whose turns await one call each, of what the loop goes through."""
    inside = [node for statement in loop.body for node in ast.walk(statement)]
    if any(isinstance(node, ast.Break | ast.Return | ast.Raise | ast.Try | ast.AsyncWith) for node in inside):
        return
    awaits = [node for node in inside if isinstance(node, ast.Await)]
    calls = [call for node in awaits if (call := source.calls(node))]
    if len(awaits) != 1 or len(calls) != 1 or not stored(loop) & loaded(calls[0]):
        return
    if loaded(calls[0]) & {name for statement in loop.body for name in stored(statement)}:
        return
    line = awaits[0].lineno
    times = waited.get(line, [])
    tasks = {wait.task for wait in trace.partial.waits if any(place.lineno == line for place in wait.places)}
    if len(times) >= _ENOUGH and len(tasks) == 1:  # several: workers, who share what there is to do
        yield _sequential(trace, f"the turns of the loop on line {loop.lineno} wait", times, line)


def _sequential(trace: Trace, where: str, times: list[float], line: int) -> Finding:
    most = 6
    terms = [number(time).removesuffix(" s") for time in times[:most]] + ["..."] * (len(times) > most)
    message = f"{where} one after the other: {' + '.join(terms)} = {number(round(sum(times), 9))}"
    longest = number(max(times))
    advice = f"started together they take {longest}: await asyncio.gather(...) of all, or a task for each"
    return Finding("sequential_awaits", message, advice, place_of_line(trace, line))


def _time_by_line(recording: Recording, source: Source) -> dict[int, list[float]]:
    """Return, for each line that awaited a call of the student's while time went by, how long: once for each call.

    Two waits belong to one call if the called function has come further meanwhile, or may have gone round in a loop.
    """
    stretches: defaultdict[tuple[int, Place], list[_Stretch]] = defaultdict(list)
    for wait in recording.waits:
        for inner, place in pairwise(wait.places):
            known = stretches[wait.task, place]
            if known and (inner.lineno > known[-1].inner or inner.lineno in source.looped):
                known[-1].seconds += wait.end - wait.start
                known[-1].inner = inner.lineno
            elif wait.end > wait.start:
                known.append(_Stretch(inner.lineno, wait.end - wait.start))
    lines: defaultdict[int, list[float]] = defaultdict(list)
    for (_task, place), spans in stretches.items():
        lines[place.lineno] += [round(span.seconds, 9) for span in spans]
    return lines


@dataclass
class _Stretch:
    """One call that waited: on which line it did so last, and how long in all."""

    inner: int
    seconds: float


def _value(statement: Any) -> ast.expr:
    value: ast.expr = statement.value
    if isinstance(value, ast.Call) and len(value.args) == 1:  # results.append(await fetch(1))
        return value.args[0]
    return value


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


def sequential_runs(trace: Trace, _source: Source) -> Iterator[Finding]:
    """Find: event loops run one after the other."""
    runs: list[TaskSpan] = []
    for span in trace.partial.tasks:
        if span.parent is not None or (span.end or 0) <= span.start:
            continue
        if not runs or (span.loop != runs[-1].loop and span.start >= (runs[-1].end or 0)):  # else in another thread
            runs.append(span)
    if len(runs) >= _ENOUGH:
        place = runs[1].place
        message = f"{len(runs)} event loops run one after the other: what is in one cannot overlap what is in another"
        yield Finding("sequential_runs", message, "call asyncio.run once, with a main() that does it all", place)


def run_in_loop(trace: Trace, _source: Source) -> Iterator[Finding]:
    """Find: asyncio.run is called where a loop runs already."""
    error = trace.exception
    if error and "asyncio.run() cannot be called from a running event loop" in error.message:
        message = f"{error.place or 'the program'} calls asyncio.run() in a coroutine: the event loop runs already"
        yield Finding("run_in_loop", message, "in a coroutine just await: `await other()`", error.place)
