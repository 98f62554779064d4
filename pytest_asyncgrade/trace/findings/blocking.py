"""What stops the others: calls that block, steps that compute, waiting without waiting, locks held for nothing."""

from __future__ import annotations

import ast
from collections import defaultdict
from typing import TYPE_CHECKING

from pytest_asyncgrade.trace.model import Finding
from pytest_asyncgrade.trace.plain import number

from .flow import stores
from .source import called, place_of_line

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pytest_asyncgrade.trace.model import Place, Trace

    from .source import Source

_IN_A_THREAD = "give the call to a thread: `await asyncio.to_thread(...)`"
_IN_A_PROCESS = (
    "do it in pieces with `await asyncio.sleep(0)` between them, or elsewhere: loop.run_in_executor with a process pool"
)
_INSTEAD_OF = {
    "time": "in a coroutine write `await asyncio.sleep(...)`; for a call that has to block, asyncio.to_thread",
    "subprocess": "in a coroutine use `await asyncio.create_subprocess_exec(...)`, or asyncio.to_thread for the call",
    "Popen": "in a coroutine use `await asyncio.create_subprocess_exec(...)`, or asyncio.to_thread for the call",
    "socket": "in a coroutine use `await asyncio.open_connection(...)` or asyncio.start_server",
    "Queue": "between coroutines use an asyncio.Queue and `await` its methods",
    "Lock": "between coroutines use `async with` and an asyncio.Lock",
    "Event": "between coroutines use an asyncio.Event and `await` its wait()",
    "Future": "await the future instead: `await asyncio.wrap_future(future)`, or loop.run_in_executor",
}
"""What to do, by the module or class of the call that blocked."""


def blocked_loop(trace: Trace, source: Source) -> Iterator[Finding]:
    """Find: a call in a task blocks the thread, and with it the event loop."""
    total: defaultdict[tuple[Place | None, str], float] = defaultdict(float)
    for stretch in trace.partial.blocked:
        if stretch.task is not None:
            total[stretch.place, stretch.what] += stretch.seconds
    for (place, what), seconds in total.items():
        where = f" on {place}" if place else ""
        # how long another program takes differs from machine to machine, a sleep does not
        how_long = f" for {number(round(seconds, 9))}" if what == "time.sleep" else " until it returns"
        message = f"{what}{where} stops the whole event loop{how_long}: no other task can run meanwhile"
        yield Finding("blocked_loop", message, _instead(what, place, source), place)


def _instead(what: str, place: Place | None, source: Source) -> str:
    """Return what to do in place of a call that blocks."""
    function = source.plain_function_on(place.lineno) if place else ""
    if not function:
        return _INSTEAD_OF.get(what.partition(".")[0], _IN_A_THREAD)
    for call in source.called_too_soon(function):
        return f"give the function to the thread, and do not call it: {call}"
    return f"{function}() blocks: give it to a thread, `await asyncio.to_thread({function}, ...)`"


def slow_step(trace: Trace, _source: Source) -> Iterator[Finding]:
    """Find: a task keeps the processor busy for long."""
    spans = {span.number: span for span in trace.partial.tasks}
    for step in trace.partial.slow_steps:
        where = str(step.place) if step.place else "a coroutine"
        name = f" in {spans[step.task].title}()" if step.task in spans else ""
        how_long = f"for about {step.seconds:.1f} s"
        message = f"{where}{name} keeps the event loop busy {how_long}: no other task can run meanwhile"
        yield Finding("slow_step", message, _IN_A_PROCESS, step.place, advisory=True)


def busy_wait(trace: Trace, _source: Source) -> Iterator[Finding]:
    """Find: the program waits by looking again and again."""
    for wait in trace.partial.busy_waits:
        where = str(wait.place) if wait.place else "the program"
        message = f"{where} waits by looking again and again, and keeps the processor busy all the time"
        yield Finding("busy_wait", message, "await what it waits for: a sleep, an asyncio.Event, a task", wait.place)


def idle_lock(trace: Trace, source: Source) -> Iterator[Finding]:
    """Find: a lock is held over a sleep that does not need it, while others wait."""
    waits = (wait for wait in trace.partial.waits if wait.what == "Lock.acquire" and wait.end > wait.start)
    waited = {wait.places[0].lineno for wait in waits if wait.places}
    for node in source.nodes:
        if isinstance(node, ast.AsyncWith) and node.lineno in waited:
            for statement in (node.body[0], node.body[-1]):
                if _awaits_sleep(statement) and any(
                    _changes(one, source) for one in node.body
                ):  # else the sleep is the purpose
                    line = statement.lineno
                    message = f"line {line} sleeps while it holds the lock of line {node.lineno} and others wait for it"
                    place = place_of_line(trace, line)
                    yield Finding(
                        "idle_lock", message, "hold a lock for as long as needed, no longer", place, advisory=True
                    )


def _changes(statement: ast.stmt, source: Source) -> bool:
    """Tell whether a statement changes something that a lock may be for."""
    simple = isinstance(statement, ast.Assign | ast.AugAssign | ast.Expr)
    return simple and bool(stores(statement) - source.modules)


def _awaits_sleep(statement: ast.stmt) -> bool:
    if not isinstance(statement, ast.Expr) or not isinstance(statement.value, ast.Await):
        return False
    return isinstance(statement.value.value, ast.Call) and called(statement.value.value) == "sleep"
