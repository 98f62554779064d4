"""What to write instead of an ``await`` of something that cannot be awaited."""

from __future__ import annotations

import ast
import builtins
import inspect
from typing import TYPE_CHECKING

from .error_sites import named, written

if TYPE_CHECKING:
    import re

    from .error_sites import ErrorSite


def not_called(function: str, value: object) -> str:
    """Say that a function is passed where its coroutine is meant."""
    and_async = "" if inspect.iscoroutinefunction(value) else f", and {function} with async def"
    return f"{function} is not called: write {function}(){and_async}"


def not_awaitable(match: re.Match[str], site: ErrorSite) -> str:
    """Say why the object after `await` cannot be awaited."""
    return _no_coroutine(match["kind"], site) or _no_awaitable(match["kind"])


def _no_coroutine(kind: str, site: ErrorSite) -> str:
    """Say what is awaited on the line in place of a coroutine; empty if that cannot be seen there."""
    for value in site.given()[1] if kind == "function" else ():  # the function was passed to one of asyncio's
        return not_called(named(value), value)
    for node in site.awaited():
        value = site.value(node)
        if isinstance(node, ast.Call):
            return _call_not_awaitable(kind, node, site)
        if (name := written(node)) and inspect.iscoroutinefunction(value):
            return f"{name} is not called: await {name}()"
        if kind == "NoneType":
            return f"{written(node) or 'it'} is None, a result already: it needs no await"
    return ""


def _no_awaitable(kind: str) -> str:
    """Say why objects of a type cannot be awaited."""
    if kind in {"str", "int", "float", "bool", "dict", "bytes", "NoneType"}:
        return "it is a result already, and no coroutine: one await is enough"
    if kind in {"list", "tuple", "set", "generator"}:
        return "await takes one coroutine: for several, await asyncio.gather(*...) with a star before the list"
    if kind == "async_generator":
        return "an async generator has a yield in it: go through it with async for"
    if kind in _METHODS:
        return f"await a method of the {kind}: {_METHODS[kind]}"
    if not kind[:1].isupper():
        return "a function that is awaited is written with async def"
    return f"{kind} needs a method __await__, written with def: return self.a_coroutine_method().__await__()"


_METHODS = {
    "Event": "wait()", "Lock": "acquire(), or use async with", "Semaphore": "acquire(), or use async with",
    "BoundedSemaphore": "acquire(), or use async with", "Condition": "wait()", "Queue": "get() or put(...)",
    "TaskGroup": "none: use async with", "Process": "wait() or communicate()", "StreamReader": "readline()",
    "StreamWriter": "drain()", "Server": "wait_closed()",
}  # fmt: skip
"""What can be awaited of objects of asyncio's that cannot."""
_WITHOUT_AWAIT = frozenset({"cancel", "put_nowait", "get_nowait", "set", "clear", "release", "notify", "notify_all",
                            "set_result", "set_exception", "task_done", "call_soon", "call_later", "close",
                            "write"})  # fmt: skip
"""Methods of asyncio's that are not coroutines."""


def _call_not_awaitable(kind: str, node: ast.Call, site: ErrorSite) -> str:  # noqa: PLR0911  # one hint for each case
    name = written(node.func) or "the function"
    last = name.rpartition(".")[2]
    value = site.value(node.func)
    if kind == "async_generator":
        return f"{name}() is an async generator, for it has a yield: go through it with async for"
    if name in {"time.sleep", "sleep"}:
        return "time.sleep stops everything and is over when it returns: write await asyncio.sleep(...)"
    if last == "cancel" and kind == "bool":
        return f"{name}() is done at once: call it without await, then await the task"
    if last in _WITHOUT_AWAIT and not inspect.isfunction(value):
        return f"{name}() is done at once: call it without await"
    if kind in {"list", "tuple", "set", "generator"} and not inspect.isfunction(value):
        return "await takes one coroutine: for several, await asyncio.gather(*...) with a star before the list"
    if inspect.isbuiltin(value) or (value is None and hasattr(builtins, name)):
        return f"{name}() is a plain function: call it without await"
    if inspect.isclass(value):
        return f"{name}(...) makes an object, which has no __await__: await a coroutine method of it"
    return "a function that is awaited is written with async def"
