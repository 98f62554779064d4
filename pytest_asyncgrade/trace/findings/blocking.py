"""What stops other tasks: calls that block, long computations, busy waits, locks that are held too long."""

from __future__ import annotations

import ast
from collections import defaultdict
from typing import TYPE_CHECKING

from pytest_asyncgrade.trace.model import WaitsFor
from pytest_asyncgrade.trace.plain import number

from .diagnosis import Diagnosis
from .flow import stores
from .script import called, place_of_line

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pytest_asyncgrade.trace.model import Place

    from .evidence import Evidence
    from .script import Script

_IN_A_THREAD = "give the call to a thread: `await asyncio.to_thread(...)`"
_IN_A_PROCESS = (
    "do it in pieces with `await asyncio.sleep(0)` between them, or elsewhere: loop.run_in_executor with a process pool"
)
_INSTEAD_OF = {
    WaitsFor.BLOCKING_SLEEP: "in a coroutine write `await asyncio.sleep(...)`; for a call that has to block, "
    "asyncio.to_thread",
    WaitsFor.BLOCKING_PROCESS: "in a coroutine use `await asyncio.create_subprocess_exec(...)`, or asyncio.to_thread "
    "for the call",
    WaitsFor.BLOCKING_SOCKET: "in a coroutine use `await asyncio.open_connection(...)` or asyncio.start_server",
    WaitsFor.BLOCKING_QUEUE: "between coroutines use an asyncio.Queue and `await` its methods",
    WaitsFor.BLOCKING_LOCK: "between coroutines use `async with` and an asyncio.Lock",
    WaitsFor.BLOCKING_EVENT: "between coroutines use an asyncio.Event and `await` its wait()",
    WaitsFor.BLOCKING_FUTURE: "await the future instead: `await asyncio.wrap_future(future)`, or loop.run_in_executor",
}
"""What to write instead of a call that blocks."""


def blocked_loop(run: Evidence, script: Script) -> Iterator[Diagnosis]:
    """Find calls in a task that block the thread, and with it the event loop."""
    total: defaultdict[tuple[Place | None, str, WaitsFor], float] = defaultdict(float)
    for stretch in run.partial.blocked:
        if stretch.task is not None:
            total[stretch.place, stretch.what, stretch.waits_for] += stretch.seconds
    for (place, what, waits_for), seconds in total.items():
        where = f" on {place}" if place else ""
        # the duration of another program differs from machine to machine, that of a sleep does not
        is_exact = waits_for is WaitsFor.BLOCKING_SLEEP
        how_long = f" for {number(round(seconds, 9))}" if is_exact else " until it returns"
        function = _called_by(what, place, script) if is_exact else ""
        said = f"{function}()" if function else what
        message = f"{said}{where} stops the whole event loop{how_long}: no other task can run meanwhile"
        yield Diagnosis(
            message, _in_thread(function, script) if function else _instead(waits_for, place, script), place
        )


def _called_by(what: str, place: Place | None, script: Script) -> str:
    """Return the function that the student's line calls, if the blocking call is in another's code; else empty."""
    calls = script.calls_on(place.lineno) if place else []
    if not calls or what.rpartition(".")[2] in map(called, calls):
        return ""
    return ast.unparse(calls[-1].func)


def _in_thread(function: str, script: Script) -> str:
    """Return how to give a function that blocks to a thread."""
    for call in script.called_too_soon(function.rpartition(".")[2]):
        return f"give the function to the thread, and do not call it: {call}"
    return f"{function}() blocks: give it to a thread, `await asyncio.to_thread({function}, ...)`"


def _instead(waits_for: WaitsFor, place: Place | None, script: Script) -> str:
    """Return what to write instead of a call that blocks."""
    function = script.plain_function_on(place.lineno) if place else ""
    if not function:
        return _INSTEAD_OF.get(waits_for, _IN_A_THREAD)
    return _in_thread(function, script)


def slow_step(run: Evidence, _script: Script) -> Iterator[Diagnosis]:
    """Find steps that keep the processor busy for long."""
    spans = {span.number: span for span in run.partial.tasks}
    for step in run.partial.slow_steps:
        where = str(step.place) if step.place else "a coroutine"
        name = f" in {spans[step.task].title}()" if step.task in spans else ""
        how_long = f"for about {step.seconds:.1f} s"
        message = f"{where}{name} keeps the event loop busy {how_long}: no other task can run meanwhile"
        yield Diagnosis(message, _IN_A_PROCESS, step.place)


def busy_wait(run: Evidence, _script: Script) -> Iterator[Diagnosis]:
    """Find busy waits."""
    for wait in run.partial.busy_waits:
        where = str(wait.place) if wait.place else "the program"
        message = f"{where} waits by looking again and again, and keeps the processor busy all the time"
        yield Diagnosis(message, "await what it waits for: a sleep, an asyncio.Event, a task", wait.place)


def idle_lock(run: Evidence, script: Script) -> Iterator[Diagnosis]:
    """Find locks that are held during a sleep that does not need them, while other tasks wait."""
    waits = (wait for wait in run.partial.waits if wait.waits_for is WaitsFor.LOCK and wait.end > wait.start)
    waited = {wait.places[0].lineno for wait in waits if wait.places}
    for node in script.nodes:
        if isinstance(node, ast.AsyncWith) and node.lineno in waited:
            for statement in (node.body[0], node.body[-1]):
                if _awaits_sleep(statement) and any(
                    _changes(one, script) for one in node.body
                ):  # else the lock is there for the sleep
                    line = statement.lineno
                    message = f"line {line} sleeps while it holds the lock of line {node.lineno} and others wait for it"
                    place = place_of_line(run, line)
                    yield Diagnosis(message, "hold a lock for as long as needed, no longer", place)


def _changes(statement: ast.stmt, script: Script) -> bool:
    """Tell whether a statement changes something that a lock may protect."""
    simple = isinstance(statement, ast.Assign | ast.AugAssign | ast.Expr)
    return simple and bool(stores(statement) - script.modules)


def _awaits_sleep(statement: ast.stmt) -> bool:
    if not isinstance(statement, ast.Expr) or not isinstance(statement.value, ast.Await):
        return False
    return isinstance(statement.value.value, ast.Call) and called(statement.value.value) == "sleep"
