"""The misconceptions that a run shows: each from what happened, and the student's source to say where and why.

What happened decides; the source alone never does.  A program that was right and looks odd has no finding.
"""

from __future__ import annotations

import ast
import re
from collections import defaultdict
from contextlib import suppress
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from .model import KINDS, Finding, Outcome, Place
from .plain import number
from .text import short

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from .model import Recording, TaskSpan, Trace

MOST = 10
"""How many findings of one run are told."""

MANY_TASKS = 500
"""From how many tasks in progress at once on it is advised to limit them."""

_LONGEST_SOURCE = 300_000
_CREATES = {"create_task", "ensure_future"}
_ENOUGH = 2
"""So many waits one after the other could have overlapped."""


def find(trace: Trace) -> list[Finding]:
    """Return the findings of a run, those first that explain others; each line of the student's once of a kind."""
    source = _Source.of(trace.source)
    found: dict[tuple[str, object], Finding] = {}
    for finder in _FINDERS:
        for finding in finder(trace, source):
            found.setdefault((finding.kind, finding.place), finding)
    wanted = [finding for finding in found.values() if finding.kind not in trace.ignored]
    return sorted(wanted, key=lambda finding: KINDS.index(finding.kind))[:MOST]


class _Source:
    """The student's script, parsed; empty if it cannot be."""

    def __init__(self, text: str) -> None:
        tree = ast.Module([], [])
        if len(text) <= _LONGEST_SOURCE:
            with suppress(SyntaxError, ValueError, RecursionError, MemoryError):
                tree = ast.parse(text)
        self.nodes = list(ast.walk(tree))
        self.coroutines = [node for node in self.nodes if isinstance(node, ast.AsyncFunctionDef)]
        self.names = {node.name for node in self.coroutines}
        loops = [node for node in self.nodes if isinstance(node, ast.For | ast.AsyncFor | ast.While)]
        self.looped = {line for loop in loops for line in range(loop.lineno, (loop.end_lineno or loop.lineno) + 1)}

    @staticmethod
    def of(lines: tuple[str, ...]) -> _Source:
        """Return the source of a script, given as its lines."""
        return _parsed("\n".join(lines))

    def calls(self, node: ast.expr) -> ast.Call | None:
        """Return the call of a coroutine function of the student's own that an expression awaits, if it does."""
        if not isinstance(node, ast.Await) or not isinstance(node.value, ast.Call):
            return None
        return node.value if _called(node.value) in self.names else None


_parsed = lru_cache(maxsize=8)(_Source)


def _called(call: ast.Call) -> str:
    """Return the last part of the name of what is called."""
    function = call.func
    return (
        function.attr if isinstance(function, ast.Attribute) else function.id if isinstance(function, ast.Name) else ""
    )


# -- coroutines that are not awaited


def _coroutine_as_value(trace: Trace, _source: _Source) -> Iterator[Finding]:
    advice = "await the call to get what it returns: value = await {}"
    for line in trace.partial.output:
        if match := re.search(r"<coroutine object (\S+) at 0x", line.text):
            name = short(match[1])
            where = f"line {line.lineno} prints" if line.lineno else "the program prints"
            yield Finding(
                "coroutine_as_value", f"{where} the coroutine that {name}() made, not what {name}() returns",
                advice.format(f"{name}(...)"), line.place,
            )  # fmt: skip
    error = trace.exception
    if error and error.type in {"TypeError", "AttributeError"} and "coroutine" in error.message:
        where = str(error.place) if error.place else "the program"
        message = f"{where} uses a coroutine as if it were what the function returns ({error.message})"
        yield Finding("coroutine_as_value", message, advice.format("the_function(...)"), error.place)


def _never_awaited(trace: Trace, source: _Source) -> Iterator[Finding]:
    for coroutine in trace.partial.unawaited:
        name = short(coroutine.coroutine)
        where = f" on {coroutine.place}" if coroutine.place else ""
        if name == "sleep" and coroutine.place:
            message = f"asyncio.sleep(){where} is called, but not awaited: the program does not wait there"
            yield Finding("never_awaited", message, "write `await asyncio.sleep(...)`", coroutine.place)
            continue
        if coroutine.place and name.rpartition(".")[2] not in source.names:
            message = f"{coroutine.place} calls {name.rpartition('.')[2]}() without awaiting it, so it does nothing"
            yield Finding("never_awaited", message, "write `await` before the call", coroutine.place)
            continue
        message = f"{name}(){where} is called, but not awaited, so nothing in it ever runs"
        if coroutine.place and coroutine.place.function == "<module>":
            advice = f"outside of a coroutine write `asyncio.run({name}(...))`"
            yield Finding("never_awaited", message, advice, coroutine.place)
            continue
        advice = f"write `await {name}(...)`; to start it and go on, `task = asyncio.create_task({name}(...))`"
        yield Finding("never_awaited", message, advice, coroutine.place)


# -- what stops the others


def _blocked_loop(trace: Trace, _source: _Source) -> Iterator[Finding]:
    total: defaultdict[Place | None, float] = defaultdict(float)
    for stretch in trace.partial.blocked:
        if stretch.task is not None:
            total[stretch.place] += stretch.seconds
    for place, seconds in total.items():
        where = f" on {place}" if place else ""
        message = f"time.sleep{where} stops the whole event loop for {number(seconds)}: no other task can run meanwhile"
        advice = "in a coroutine write `await asyncio.sleep(...)`; for a call that has to block, asyncio.to_thread"
        yield Finding("blocked_loop", message, advice, place)


def _busy_wait(trace: Trace, _source: _Source) -> Iterator[Finding]:
    for wait in trace.partial.busy_waits:
        where = str(wait.place) if wait.place else "the program"
        message = f"{where} waits by looking again and again, and keeps the processor busy all the time"
        yield Finding("busy_wait", message, "await what it waits for: a sleep, an asyncio.Event, a task", wait.place)


def _idle_lock(trace: Trace, source: _Source) -> Iterator[Finding]:
    waited = {wait.places[0].lineno for wait in _waits(trace.partial, "Lock.acquire") if wait.places}
    for node in source.nodes:
        if isinstance(node, ast.AsyncWith) and node.lineno in waited:
            for statement in (node.body[0], node.body[-1]):
                if _awaits_sleep(statement):
                    line = statement.lineno
                    message = f"line {line} sleeps while it holds the lock of line {node.lineno} and others wait for it"
                    place = _place(trace, line)
                    yield Finding(
                        "idle_lock", message, "hold a lock for as long as needed, no longer", place, advisory=True
                    )


def _awaits_sleep(statement: ast.stmt) -> bool:
    if not isinstance(statement, ast.Expr) or not isinstance(statement.value, ast.Await):
        return False
    return isinstance(statement.value.value, ast.Call) and _called(statement.value.value) == "sleep"


# -- what could overlap


def _sequential_awaits(trace: Trace, source: _Source) -> Iterator[Finding]:
    waited = _time_by_line(trace.partial, source)
    for function in source.coroutines:
        for node in ast.walk(function):
            if isinstance(node, ast.For | ast.AsyncFor):
                yield from _in_a_loop(trace, source, node, waited)
            for block in (getattr(node, name, None) for name in ("body", "orelse", "finalbody")):
                if isinstance(block, list):
                    yield from _in_a_block(trace, source, block, waited)


def _in_a_block(
    trace: Trace, source: _Source, block: list[ast.stmt], waited: dict[int, list[float]]
) -> Iterator[Finding]:
    """Find awaits one below the other, none of which needs what another one returns."""
    together: list[ast.stmt] = []
    assigned: set[str] = set()
    for statement in [*block, ast.Pass()]:
        call = source.calls(_value(statement)) if isinstance(statement, ast.Expr | ast.Assign) else None
        if call is not None and not assigned & _loaded(call):
            together.append(statement)
            assigned |= _stored(statement)
            continue
        if len(together) >= _ENOUGH:
            yield from _one_after_the_other(trace, together, waited)
        together, assigned = ([statement], _stored(statement)) if call is not None else ([], set())


def _one_after_the_other(trace: Trace, statements: list[ast.stmt], waited: dict[int, list[float]]) -> Iterator[Finding]:
    lines = [statement.lineno for statement in statements if waited.get(statement.lineno)]
    times = [sum(waited[line]) for line in lines]
    if len(lines) < _ENOUGH or any(len(waited[line]) > 1 for line in lines):
        return
    where = f"lines {', '.join(map(str, lines[:-1]))} and {lines[-1]} wait"
    yield _sequential(trace, where, times, lines[0])


def _in_a_loop(
    trace: Trace, source: _Source, loop: ast.For | ast.AsyncFor, waited: dict[int, list[float]]
) -> Iterator[Finding]:
    """Find a loop whose turns await one call each, of what the loop goes through."""
    inside = [node for statement in loop.body for node in ast.walk(statement)]
    if any(isinstance(node, ast.Break | ast.Return | ast.Raise | ast.Try | ast.AsyncWith) for node in inside):
        return
    awaits = [node for node in inside if isinstance(node, ast.Await)]
    calls = [call for node in awaits if (call := source.calls(node))]
    if len(awaits) != 1 or len(calls) != 1 or not _stored(loop) & _loaded(calls[0]):
        return
    if _loaded(calls[0]) & {name for statement in loop.body for name in _stored(statement)}:
        return
    line = awaits[0].lineno
    times = waited.get(line, [])
    if len(times) >= _ENOUGH:
        yield _sequential(trace, f"the turns of the loop on line {loop.lineno} wait", times, line)


def _sequential(trace: Trace, where: str, times: list[float], line: int) -> Finding:
    most = 6
    terms = [number(time).removesuffix(" s") for time in times[:most]] + ["..."] * (len(times) > most)
    message = f"{where} one after the other: {' + '.join(terms)} = {number(round(sum(times), 9))}"
    longest = number(max(times))
    advice = f"started together they take {longest}: await asyncio.gather(...) of all, or a task for each"
    return Finding("sequential_awaits", message, advice, _place(trace, line))


def _time_by_line(recording: Recording, source: _Source) -> dict[int, list[float]]:
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


def _loaded(node: ast.AST) -> set[str]:
    return {one.id for one in ast.walk(node) if isinstance(one, ast.Name) and isinstance(one.ctx, ast.Load)}


def _stored(node: ast.AST) -> set[str]:
    """Return the names that a statement gives a value, or that it changes by a method."""
    names = {one.id for one in ast.walk(node) if isinstance(one, ast.Name) and isinstance(one.ctx, ast.Store)}
    if isinstance(node, ast.For | ast.AsyncFor):
        return {one.id for one in ast.walk(node.target) if isinstance(one, ast.Name)}
    return names


def _awaited_at_once(trace: Trace, source: _Source) -> Iterator[Finding]:
    lines = [
        node.lineno
        for node in source.nodes
        if isinstance(node, ast.Await) and isinstance(node.value, ast.Call) and _called(node.value) in _CREATES
    ]
    spans = [span for span in trace.partial.tasks if span.place and span.place.lineno in lines and span.end]
    spans = [span for span in spans if (span.end or 0) > span.start]
    if len(spans) >= _ENOUGH:
        place = spans[0].place
        message = f"{place} awaits each task in the line that creates it, so the next one begins when it is done"
        yield Finding("awaited_at_once", message, "create all the tasks first, and await them afterwards", place)


def _sequential_runs(trace: Trace, _source: _Source) -> Iterator[Finding]:
    mains = [span for span in trace.partial.tasks if span.parent is None and (span.end or 0) > span.start]
    loops = {span.loop: span for span in mains}
    if len(loops) >= _ENOUGH:
        place = list(loops.values())[1].place
        message = f"{len(loops)} event loops run one after the other: what is in one cannot overlap what is in another"
        yield Finding("sequential_runs", message, "call asyncio.run once, with a main() that does it all", place)


def _run_in_loop(trace: Trace, _source: _Source) -> Iterator[Finding]:
    error = trace.exception
    if error and "asyncio.run() cannot be called from a running event loop" in error.message:
        message = f"{error.place or 'the program'} calls asyncio.run() in a coroutine: the event loop runs already"
        yield Finding("run_in_loop", message, "in a coroutine just await: `await other()`", error.place)


# -- tasks that nobody looks after


def _cut_off(trace: Trace, _source: _Source) -> Iterator[Finding]:
    for span in trace.partial.tasks if trace.outcome is Outcome.FINISHED else ():
        over = span.outlived or span.ended == "pending"
        if over and span.parent is not None and span.ended != "finished" and span.place:
            name = short(span.coroutine)
            message = f"the task of {name}() created on {span.place} was not done when the program ended, and cut off"
            yield Finding("cut_off", message, "keep the task and await it before main ends", span.place)


def _no_reference(trace: Trace, source: _Source) -> Iterator[Finding]:
    lines = {
        node.lineno
        for node in source.nodes
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Call) and _creates_alone(node.value)
    }
    for span in trace.partial.tasks:
        if span.place and span.place.lineno in lines and not span.outlived and (span.end or 0) > span.start:
            message = f"{span.place} creates a task and keeps no reference to it: Python may collect it half-way"
            advice = "assign it, `task = asyncio.create_task(...)`, and await it; or use a TaskGroup"
            yield Finding("no_reference", message, advice, span.place, advisory=True)


def _creates_alone(call: ast.Call) -> bool:
    """Tell whether a call is of ``asyncio.create_task`` or the like: a TaskGroup keeps its tasks."""
    function = call.func
    if isinstance(function, ast.Attribute):
        known = isinstance(function.value, ast.Name) and function.value.id in {"asyncio", "loop"}
        return known and function.attr in _CREATES
    return isinstance(function, ast.Name) and function.id in _CREATES


def _lost_exception(trace: Trace, _source: _Source) -> Iterator[Finding]:
    by_name = {span.name: span for span in trace.partial.tasks}
    for line in trace.partial.stderr:
        match = re.match(r"future: <Task finished name='([^']*)' .*exception=(\w+)", line.text)
        span: TaskSpan | None = by_name.get(match[1]) if match else None
        if match and span:
            message = f"{short(span.coroutine)}() raised {match[2]}, and nobody awaited its task to hear of it"
            yield Finding("lost_exception", message, "await every task; gather and TaskGroup do it for you", span.place)


def _swallowed_cancellation(trace: Trace, source: _Source) -> Iterator[Finding]:
    for span in trace.partial.tasks:
        if not span.swallowed:
            continue
        name = short(span.coroutine).rpartition(".")[2]
        handlers = [
            handler.lineno
            for function in source.coroutines
            if function.name == name
            for handler in ast.walk(function)
            if isinstance(handler, ast.ExceptHandler) and _swallows(handler)
        ]
        if handlers:  # else it was not the student: before 3.13 a TaskGroup leaves its own request to cancel behind
            message = f"{name}() was cancelled and went on all the same (line {handlers[0]} catches the CancelledError)"
            place = _place(trace, handlers[0])
            yield Finding("swallowed_cancellation", message, "clean up, then end the handler with `raise`", place)


def _swallows(handler: ast.ExceptHandler) -> bool:
    """Tell whether a handler catches a CancelledError and does not let it go on."""
    if any(isinstance(node, ast.Raise) for node in ast.walk(handler)):
        return False
    kinds = handler.type.elts if isinstance(handler.type, ast.Tuple) else [handler.type]
    names = {ast.unparse(kind).rpartition(".")[2] if kind else "" for kind in kinds}
    return bool(names & {"CancelledError", "BaseException", ""})


def _unbounded(trace: Trace, _source: _Source) -> Iterator[Finding]:
    most = trace.partial.max_concurrency
    if most > MANY_TASKS:
        message = f"{most} tasks are in progress at once; a server that gets so many requests may refuse them"
        yield Finding("unbounded", message, "let an asyncio.Semaphore admit some at a time", None, advisory=True)


def _deadlock(trace: Trace, _source: _Source) -> Iterator[Finding]:
    if trace.outcome is Outcome.DEADLOCKED:
        advice = "what a task waits for has to be set, released or put by another one that can still run"
        yield Finding("deadlock", "the program is stuck: every task waits, and nothing can wake any of them", advice)


_FINDERS: tuple[Callable[[Trace, _Source], Iterator[Finding]], ...] = (
    _coroutine_as_value, _never_awaited, _blocked_loop, _busy_wait, _sequential_awaits, _awaited_at_once,
    _sequential_runs, _run_in_loop, _cut_off, _no_reference, _lost_exception, _swallowed_cancellation, _idle_lock,
    _unbounded, _deadlock,
)  # fmt: skip


def _waits(recording: Recording, what: str) -> Iterable[Any]:
    return (wait for wait in recording.waits if wait.what == what and wait.end > wait.start)


def _place(trace: Trace, line: int) -> Place:
    """Return a place in the script, in the function it is in as far as a run told."""
    known = [place for wait in trace.partial.waits for place in wait.places if place.lineno == line]
    return known[0] if known else Place("", line, "")
