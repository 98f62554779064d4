"""Code without effect: a lock for each call, a method that is not called, a call from another thread."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from .diagnosis import Diagnosis
from .script import called, place_of_line

if TYPE_CHECKING:
    from collections.abc import Iterator

    from .evidence import Evidence
    from .script import Script

_AT_ONCE = frozenset({"cancel", "set", "clear", "start", "close", "release", "stop", "shutdown", "task_done", "notify",
                      "notify_all", "kill", "terminate", "uncancel"})  # fmt: skip
"""Methods that act at once, without an argument and without await."""
_WAKES = frozenset({"cancel", "set", "set_result", "set_exception", "put_nowait", "get_nowait", "release", "notify",
                    "notify_all", "task_done", "create_task", "ensure_future", "call_soon", "call_later", "call_at",
                    "stop", "shutdown"})  # fmt: skip
"""Methods of asyncio's that may wake a task."""
_LIMITS = {"Lock": "lock", "Semaphore": "semaphore", "BoundedSemaphore": "semaphore"}


def not_called(run: Evidence, script: Script) -> Iterator[Diagnosis]:
    """Find methods that a statement names and does not call."""
    recording = run.partial
    places = [*(place for wait in recording.waits for place in wait.places), *(span.place for span in recording.tasks),
              *(line.place for line in recording.output)]  # fmt: skip
    ran = {place.function.rpartition(".")[2] for place in places if place}
    for node in script.nodes:
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Attribute) and node.value.attr in _AT_ONCE:
            function = script.function_of(node)
            if getattr(function, "name", "<module>") in ran:
                written = ast.unparse(node.value)
                message = f"line {node.lineno} names {written} and does not call it, so nothing happens there"
                yield Diagnosis(message, f"write `{written}()`", place_of_line(run, node.lineno))


def thread_unsafe(run: Evidence, script: Script) -> Iterator[Diagnosis]:
    """Find threads that use the event loop of another thread."""
    for touch in run.partial.touched:
        calls = script.calls_on(touch.place.lineno) if touch.place else []
        call = next((one for one in calls if called(one) in _WAKES), calls[0] if len(calls) == 1 else None)
        where = touch.place or "a call"
        written = f", by {ast.unparse(call.func)}()," if call else ""
        message = (
            f"{where} uses the event loop{written} from another thread: the loop is not made for that, and may sleep on"
        )
        yield Diagnosis(message, _from_a_thread(call), touch.place)


def _from_a_thread(call: ast.Call | None) -> str:
    if call is not None and called(call) in {"create_task", "ensure_future"} and call.args:
        return f"from a thread: asyncio.run_coroutine_threadsafe({ast.unparse(call.args[0])}, loop)"
    given = [call.func, *call.args] if call is not None and not call.keywords else []
    return f"from a thread: loop.call_soon_threadsafe({', '.join(map(ast.unparse, given)) or 'function, ...'})"


def useless_lock(run: Evidence, script: Script) -> Iterator[Diagnosis]:
    """Find locks and semaphores that each call of a function makes for itself, so that they keep nobody out."""
    for function in script.coroutines:
        for block in (node for node in ast.walk(function) if isinstance(node, ast.AsyncWith)):
            for made in (_made_in(function, item.context_expr, script) for item in block.items):
                inside = _most_inside(run, function.name, block) if made else 0
                if made and inside > _places(made):
                    what = _LIMITS[called(made)]
                    message = (
                        f"line {made.lineno} makes a new {what} in every call of {function.name}(), so it limits "
                        f"nothing: {inside} calls were in its block at once"
                    )
                    advice = f"make the {what} once, outside of {function.name}(), and let every call use that one"
                    yield Diagnosis(message, advice, place_of_line(run, made.lineno))


def _made_in(function: ast.AsyncFunctionDef, used: ast.expr, script: Script) -> ast.Call | None:
    """Return the call that makes a lock in the function that uses it, if no other code can get that lock."""
    if isinstance(used, ast.Call):
        return used if called(used) in _LIMITS else None
    if not isinstance(used, ast.Name):
        return None
    names = [node for node in ast.walk(function) if isinstance(node, ast.Name) and node.id == used.id]
    uses = [script.parents[node] for node in names if isinstance(node.ctx, ast.Load)]
    kept = [node for node in uses if not isinstance(node, ast.withitem)]
    made = [
        node.value
        for node in ast.walk(function)
        if isinstance(node, ast.Assign) and node in function.body and _binds(node, used.id)
    ]
    call = made[0] if len(made) == 1 else None
    return call if isinstance(call, ast.Call) and called(call) in _LIMITS and not kept else None


def _binds(node: ast.Assign, name: str) -> bool:
    return any(isinstance(target, ast.Name) and target.id == name for target in node.targets)


def _places(made: ast.Call) -> int:
    """Return how many tasks a lock or semaphore admits at once; 1 if the number is not a constant."""
    value = made.args[0].value if made.args and isinstance(made.args[0], ast.Constant) else 1
    return value if isinstance(value, int) else 1


def _most_inside(run: Evidence, name: str, block: ast.AsyncWith) -> int:
    """Return the most calls of a function that waited in a block at once."""
    first, last = block.body[0].lineno, block.end_lineno or block.lineno
    inside = [
        (wait.start, wait.end, call.number)
        for wait in run.partial.waits
        for place, call in zip(wait.places, wait.calls, strict=False)
        if wait.end > wait.start and place.function.rpartition(".")[2] == name and first <= place.lineno <= last
    ]
    moments = {start for start, _end, _call in inside}
    return max((len({call for start, end, call in inside if start <= at < end}) for at in moments), default=0)
