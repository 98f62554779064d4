"""What to write instead of the code that raised an error, for a beginner whom Python's message does not help.

It is derived from what was really there: the student's line, the names it uses and the arguments of a function.
"""

from __future__ import annotations

import ast
import asyncio
import builtins
import inspect
import io
import re
import sys
from difflib import get_close_matches
from typing import TYPE_CHECKING

from .error_hints import leaves, text_of
from .error_sites import COLLECTIONS, ErrorSite, named, written
from .not_awaitable import not_awaitable, not_called

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

_RUN_TAKES = "asyncio.run takes a coroutine: asyncio.run(main()), and main is written with async def"
# -- arguments of asyncio's functions


def _awaitables(_match: re.Match[str], site: ErrorSite) -> str:
    """Say what a function of asyncio's got instead of a coroutine."""
    name, values = site.given()
    if name in {"ensure_future", ""} and (calls := site.calls("gather", "create_task", "run", "run_until_complete")):
        name = written(calls[0].func).rpartition(".")[2]
    value = next((one for one in values if not asyncio.isfuture(one) and not inspect.iscoroutine(one)), None)
    if any(frame.f_code.co_name == "run" for frame in site.below):
        return _RUN_TAKES
    if values and value is None:
        return f"asyncio.{name} got None: give it coroutines, not awaited yet, of functions written with async def"
    if function := named(value):
        if inspect.isasyncgen(value):
            return f"{function}() is an async generator, for it has a yield: go through it with async for"
        return not_called(function, value)
    if type(value) in COLLECTIONS:
        return f"asyncio.{name} takes the coroutines one by one: put a star before the list, asyncio.{name}(*...)"
    return "a function that is awaited is written with async def, and called: func1(), not func1"


def _coroutine_expected(_match: re.Match[str], site: ErrorSite) -> str:
    """Say what ``create_task`` or ``asyncio.run`` takes."""
    for call in site.calls("create_task"):
        function = written(call.args[0]) if call.args else ""
        if isinstance(call.args[0], ast.Name) and inspect.isfunction(site.value(call.args[0])):
            return not_called(function, site.value(call.args[0]))
        return "a task is made of a coroutine, what a function written with async def makes when it is called"
    return _RUN_TAKES


def _collection_in_gather(match: re.Match[str], site: ErrorSite) -> str:
    name, values = site.given()
    if name != "gather" or not any(type(value) in COLLECTIONS for value in values):
        return ""
    kind = {"dict": "dictionary"}.get(match[1], match[1])
    return f"asyncio.gather takes the coroutines one by one: put a star before the {kind}, asyncio.gather(*...)"


def _bad_yield(_match: re.Match[str], site: ErrorSite) -> str:
    """Say what to write instead of a yield in a method that is awaited, or of a list for ``gather``."""
    if any(isinstance(node, ast.Yield) for node in site.statements):
        return "write no yield in __await__: let it return self.a_coroutine_method().__await__()"
    return "asyncio.gather takes the coroutines one by one: put a star before the list, asyncio.gather(*...)"


def _tasks_for_wait(_match: re.Match[str], site: ErrorSite) -> str:
    _name, values = site.given()
    function = next(filter(None, map(named, values)), "func1")
    return f"asyncio.wait takes tasks: make one of each coroutine, asyncio.create_task({function}(...)), or use gather"


def _a_list_for_wait(_match: re.Match[str], _spot: ErrorSite) -> str:
    return "asyncio.wait takes a list of tasks: asyncio.wait([asyncio.create_task(func1(...)), ...])"


def _called_in_thread(_match: re.Match[str], site: ErrorSite) -> str:
    calls = [*site.calls("to_thread"), *site.calls("run_in_executor"), *site.calls("submit")]
    for call in calls:
        for argument in call.args[:2]:
            if isinstance(argument, ast.Call) and (given := written(argument.func)):
                rest = "".join(f", {written(one) or '...'}" for one in argument.args)
                before = "None, " * (written(call.func).endswith("run_in_executor"))
                return (
                    f"{given}(...) runs before the thread begins: give the function and its arguments, "
                    f"{written(call.func)}({before}{given}{rest})"
                )
    return ""


# -- async for, async with, and their like


def _for_without_async(match: re.Match[str], site: ErrorSite) -> str:
    loop = next((node for node in reversed(site.statements) if isinstance(node, ast.For)), None)
    if match["kind"] != "async_generator" and not _has(site, match["kind"], "__aiter__"):
        return ""
    if loop is not None:
        return f"write async for: async for {written(loop.target) or 'x'} in {written(loop.iter) or '...'}"
    return "go through it with async for: [x async for x in ...] makes a list"


def _async_for_over(match: re.Match[str], site: ErrorSite) -> str:
    kind = match["kind"]
    if kind == "coroutine":
        return "the function has no yield in it, so it makes a coroutine: await it first, or let it yield"
    if _has(site, kind, "__iter__"):
        if kind in {"list", "tuple", "range", "dict", "set", "str", "generator", "map", "zip"}:
            return f"a {kind} is there at once: write for, without async"
        return f"write __aiter__ and async def __anext__ in {kind}, in place of __iter__ and __next__"
    return f"{kind} needs the methods __aiter__ (with def) and __anext__ (with async def)"


def _with_without_async(match: re.Match[str], site: ErrorSite) -> str:
    kind = match["kind"]
    if kind == "coroutine":
        return ""
    if not _has(site, kind, "__aenter__") and kind != "_AsyncGeneratorContextManager":
        return ""
    return "write async with in place of with"


def _async_with(match: re.Match[str], site: ErrorSite) -> str:
    kind = match["kind"]
    if kind == "coroutine":
        return "await the call first: async with await ..."
    if kind == "async_generator":
        return "put @asynccontextmanager (from contextlib) above the function"
    if _has(site, kind, "__enter__"):
        return "write with, without async"
    return f"{kind} needs the methods __aenter__ and __aexit__, both with async def"


def _has(site: ErrorSite, kind: str, method: str) -> bool:
    """Tell whether a class has a method, if it is a class of Python's or asyncio's, or one that the line can name."""
    if kind == "function" or site.frame is None:
        return False
    names = {**vars(asyncio), **_builtins(), **site.frame.f_globals, **site.frame.f_locals}
    kind = kind.rpartition(".")[2]
    known = names.get(kind, vars(io).get(kind))
    if not inspect.isclass(known):
        known = next((type(value) for value in names.values() if type(value).__name__ == kind), None)
    return known is not None and any(method in vars(base) for base in known.__mro__)


def _builtins() -> dict[str, object]:
    return {**vars(builtins), "generator": type(_ for _ in ())}


# -- loops


def _nested_run(_match: re.Match[str], site: ErrorSite) -> str:
    for call in site.calls("run", "run_until_complete"):
        if call.args and (inner := written(call.args[0])):
            code = site.frame.f_code if site.frame else None
            if code and not code.co_flags & inspect.CO_COROUTINE:
                return f"{code.co_name} runs while the loop does: a function with async def can await {inner} instead"
            return f"inside a coroutine, await the other one instead: await {inner}"
    return "inside a coroutine, await the other one instead: await func1()"


def _no_loop(_match: re.Match[str], site: ErrorSite) -> str:
    name = next((written(node.func) for node in site.statements if isinstance(node, ast.Call)), "") or "this"
    return f"{name} works while an event loop runs: call it in async def main(), and run that by asyncio.run(main())"


def _missing_name(match: re.Match[str], _spot: ErrorSite) -> str:
    name = match[1]
    if name in sys.stdlib_module_names:
        return f"write import {name} at the top of the program"
    if name in {"sleep", "gather", "create_task", "run", "TaskGroup", "wait_for", "timeout", "Queue", "Lock", "Event"}:
        return f"write asyncio.{name}"
    return ""


def _missing_attribute(match: re.Match[str], _spot: ErrorSite) -> str:
    name = match[1]
    if name.startswith(("Windows", "Proactor")):
        return "it exists on Windows only: leave this line out, asyncio.run(main()) needs no policy"
    if name in {"coroutine", "async"}:
        return "it is gone since Python 3.11: write async def, and await"
    return ""


def _sleeps_for(_match: re.Match[str], site: ErrorSite) -> str:
    for frame in site.below:
        if frame.f_code is asyncio.sleep.__code__ and type(frame.f_locals.get("delay")) is str:
            return "asyncio.sleep takes a number of seconds, without quotes"
    return ""


def _said(text: str) -> Callable[[re.Match[str], ErrorSite], str]:
    return lambda _match, _spot: text


_EXPLAINED: tuple[tuple[str, str, Callable[[re.Match[str], ErrorSite], str]], ...] = (
    ("EOFError", "EOF when reading",
     _said("the program asks for input, and nobody types anything when it is graded")),
    ("RecursionError", "maximum recursion depth", _said("a function calls itself again and again")),
    ("NameError", r"name '(\w+)' is not defined", _missing_name),
    ("AttributeError", r"module 'asyncio' has no attribute '(\w+)'", _missing_attribute),
    ("RuntimeError", r"asyncio\.run\(\) cannot be called from a running event loop", _nested_run),
    ("RuntimeError", "event loop is already running|while another loop is running", _nested_run),
    ("RuntimeError", "no running event loop|no current event loop", _no_loop),
    ("RuntimeError", "Event loop is closed",
     _said("a loop that is closed never runs again: asyncio.run(...) makes a new one")),
    ("RuntimeError", "is bound to a different event loop|attached to a different loop",
     _said("it was used in another event loop before: make it in the coroutine that asyncio.run runs, "
           "and call asyncio.run once")),
    ("RuntimeError", "cannot reuse already awaited coroutine",
     _said("a coroutine is awaited once: call the function again, or keep what await returned")),
    ("RuntimeError", "Task got bad yield: <coroutine", _bad_yield),
    ("RuntimeError", "TaskGroup .* has not been entered",
     _said("write async with asyncio.TaskGroup() as group, and create the tasks in its block")),
    ("RuntimeError", "Non-thread-safe operation",
     _said("another thread may only use loop.call_soon_threadsafe or asyncio.run_coroutine_threadsafe")),
    ("InvalidStateError", "Result is not set|Exception is not set",
     _said("it is not done yet: await it, and then ask for its result")),
    ("CancelledError", "",
     _said("who awaits a cancelled task gets this error: try: await task, then except asyncio.CancelledError: pass")),
    ("TypeError", r"unhashable type: '(\w+)'", _collection_in_gather),
    ("TypeError", "Passing coroutines is forbidden", _tasks_for_wait),
    ("TypeError", "expect a list of futures", _a_list_for_wait),
    ("ValueError", "Set of [Tt]asks/[Ff]utures is empty", _said("asyncio.wait was given no tasks at all")),
    ("TypeError", "coroutines cannot be used with call_",
     _said("it calls plain functions: write the function with def, or let a plain one create a task")),
    ("TypeError", "object is not callable", _called_in_thread),
    ("TypeError", "a coroutine or an awaitable is required", _awaitables),
    ("TypeError", r"object (?P<kind>\w+) can't be used in 'await' expression", not_awaitable),
    ("TypeError", r"'(?P<kind>\w+)' object can't be awaited", not_awaitable),
    ("TypeError", r"__await__\(\) returned a coroutine",
     _said("__await__ is written with def, and returns an iterator: return self.a_coroutine_method().__await__()")),
    ("TypeError", r"__init__\(\) should return None, not 'coroutine'",
     _said("__init__ cannot be a coroutine: write it with def, and what has to wait in a method with async def")),
    ("TypeError", r"'(?P<kind>\w+)' object is not iterable", _for_without_async),
    *((error, r"'(_asyncio\.)?(Task|Future|_GatheringFuture)'( object (is not [si]|has)| and |$)",
       _said("it is a task or a future, not its result: await it first, value = await ...")
      ) for error in ("TypeError", "AttributeError")),
    ("TypeError", "'async_generator' object is not an iterator",
     _said("an async generator is asked for its next item with anext, in place of next: item = await anext(...)")),
    ("TypeError", r"'async for' requires an object with __aiter__ method, got (?P<kind>\w+)", _async_for_over),
    ("TypeError", "'async for' received an object from __aiter__ that does not implement __anext__",
     _said("__aiter__ is written with def and returns an object that has async def __anext__")),
    ("TypeError", "'async for' received an invalid object from __anext__",
     _said("__anext__ is written with async def")),
    ("TypeError", r"'(?P<kind>[\w.]+)' object does not support the context manager protocol", _with_without_async),
    ("TypeError", r"'(?P<kind>[\w.]+)' object does not support the asynchronous context manager protocol", _async_with),
    ("TypeError", "'async with' received an object from __a(enter|exit)__ that does not implement __await__",
     _said("__aenter__ and __aexit__ are written with async def")),
    ("TypeError", "not supported between instances of|must be real number", _sleeps_for),
    ("ValueError", "a coroutine was expected", _coroutine_expected),
    ("TypeError", "a coroutine was expected", _coroutine_expected),
)  # fmt: skip
"""Errors by type and by a pattern for Python's own message, each with its hint."""


def advice(error: BaseException, name: Callable[[str], str | None]) -> str:
    """Return a hint for an exception that ended a program; empty if Python's message says enough.

    `name` tells whether a file is the student's.
    """
    kind, message = type(error).__name__, text_of(error)
    if isinstance(error, ModuleNotFoundError) and isinstance(error.name, str):
        return _missing_module(error.name.partition(".")[0])
    site = ErrorSite.of(error, name)
    for type_, pattern, say in _EXPLAINED:
        if type_ == kind and (match := re.search(pattern, message)) and (said := say(match, site)):
            return said
    return ""


def of_group(error: BaseException, lines: Iterable[str]) -> str:
    """Say how to catch exceptions of a group, if the program tries to catch them with ``except``."""
    if not isinstance(error, BaseExceptionGroup):
        return ""
    kinds = {base.__name__ for leaf in leaves(error) for base in type(leaf).__mro__} - {"object", "BaseException"}
    try:
        tree = ast.parse("".join(lines))
    except SyntaxError:
        return ""
    tries = [node for node in ast.walk(tree) if isinstance(node, ast.Try)]
    handlers = [handler.type for node in tries for handler in node.handlers if handler.type is not None]
    caught = {written(one) for kind in handlers for one in (kind.elts if isinstance(kind, ast.Tuple) else [kind])}
    for kind in sorted(caught & (kinds - {"Exception"})):
        return f"a TaskGroup raises an ExceptionGroup, which except {kind} does not catch: write except* {kind}"
    return ""


def _missing_module(name: str) -> str:
    if near := get_close_matches(name, sys.stdlib_module_names, n=1, cutoff=0.8):
        return f"did you mean {near[0]}?"
    return f"if {name}.py is yours, hand it in, too; if it is a package, it is not installed where programs are graded"
