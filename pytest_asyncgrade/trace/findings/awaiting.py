"""Coroutines that are not awaited."""

from __future__ import annotations

import ast
import re
from typing import TYPE_CHECKING

from pytest_asyncgrade.trace.model import Finding, Outcome, Place
from pytest_asyncgrade.trace.text import short

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pytest_asyncgrade.trace.model import Trace, Unawaited

    from .source import Source


_IS_A_COROUTINE = re.compile(r"""['"]coroutine['"](?! object can't be awaited)|coroutine object|, coroutine found|"""
                             r"""(got|not) coroutine""")  # fmt: skip
"""How Python says of an operation that it was given a coroutine."""
_RETURNED_BY_INIT = "__init__() should return None"


def coroutine_as_value(trace: Trace, source: Source) -> Iterator[Finding]:
    """Find: a coroutine is printed, or used where its result is meant."""
    advice = "await the call to get what it returns: value = await {}"
    for line in trace.partial.output:
        if match := re.search(r"<coroutine object (\S+) at 0x", line.text):
            name = short(match[1])
            where = f"line {line.lineno} prints" if line.lineno else "the program prints"
            call = _written(name, line.place, source)
            yield Finding(
                "coroutine_as_value", f"{where} the coroutine that {name}() made, not what {name}() returns",
                advice.format(call), line.place,
            )  # fmt: skip
    error = trace.exception
    wrong = error and error.type in {"TypeError", "AttributeError"} and _IS_A_COROUTINE.search(error.message)
    made_elsewhere = [one.coroutine for one in trace.partial.unawaited if one.place is None]
    if error and wrong and error.place is None and made_elsewhere:  # the grader's scenario calls it
        name = short(made_elsewhere[0])
        message = f"{name}() is called as a plain function, and makes a coroutine ({error.message})"
        yield Finding("coroutine_as_value", message, f"write {name.rpartition('.')[2]} with def, without async")
    elif error and wrong and _RETURNED_BY_INIT not in error.message:
        where = str(error.place) if error.place else "the program"
        message = f"{where} uses a coroutine as if it were what the function returns ({error.message})"
        names = source.called_on(error.place.lineno) if error.place else set()
        names = names or {short(one.coroutine).rpartition(".")[2] for one in trace.partial.unawaited}
        call = _written(names.pop(), error.place, source) if len(names) == 1 else "the_function(...)"
        yield Finding("coroutine_as_value", message, advice.format(call), error.place)


def never_awaited(trace: Trace, source: Source) -> Iterator[Finding]:
    """Find: a coroutine is made and never awaited, and no error that is told anyway is the reason."""
    for coroutine in trace.partial.unawaited:
        if _fell_with(coroutine, trace):
            continue
        name, place = short(coroutine.coroutine), coroutine.place
        last = name.rpartition(".")[2]
        where = f" on {place}" if place else ""
        if place is None and (giver := source.giver_of(last)):
            yield _given_to_a_caller(last, giver)
            continue
        if place and (giver := source.giver_of_call(last, place.lineno)):
            yield _called_too_soon(last, giver)
            continue
        if last == "sleep" and place:
            message = f"asyncio.sleep(){where} is called, but not awaited: the program does not wait there"
        elif place and last not in source.names:
            message = f"{place} calls {last}() without awaiting it, so it does nothing"
        else:
            message = f"{name}(){where} is called, but not awaited, so nothing in it ever runs"
        yield Finding("never_awaited", message, _way_to_await(name, place, source), place)


def _fell_with(coroutine: Unawaited, trace: Trace) -> bool:
    """Tell whether an error kept a coroutine from being awaited: of the call that it was given to, or a later one."""
    if trace.outcome is not Outcome.CRASHED:
        return False
    error = trace.exception
    if error and "__await__() returned a coroutine" in error.message:  # says of the coroutine what to write
        return True
    if coroutine.coroutine.endswith("__"):  # Python itself called the method, and said that it is of the wrong kind
        return True
    return coroutine.after_error or (error is not None and error.place == coroutine.place)


def _given_to_a_caller(name: str, giver: ast.Call) -> Finding:
    """Tell that a coroutine function was given to what calls plain functions."""
    place, function = Place("", giver.lineno, ""), ast.unparse(giver.func)
    message = f"{place} gives {name} to {function}(), which calls it and never awaits it, so nothing in it ever runs"
    advice = f"write {name} with def; what has to wait gives it to asyncio.create_task instead"
    return Finding("never_awaited", message, advice, place)


def _called_too_soon(name: str, giver: ast.Call) -> Finding:
    """Tell that a coroutine was given to what calls plain functions."""
    place, function = Place("", giver.lineno, ""), ast.unparse(giver.func)
    message = f"{place} gives {function}() the coroutine of {name}(), which it cannot call, so nothing in it ever runs"
    advice = f"give it a plain function; to run the coroutine, `task = asyncio.create_task({name}(...))`"
    return Finding("never_awaited", message, advice, place)


def _way_to_await(name: str, place: Place | None, source: Source) -> str:
    """Return what to write where a coroutine is called: `await` is allowed in a coroutine function alone."""
    last, call = name.rpartition(".")[2], _written(name, place, source)
    if place and (way := source.way_to_await(call, place.lineno)):
        return way
    if place and place.function == "<module>":
        if last in source.names:
            return f"outside of a coroutine write `asyncio.run({call})`"
        return f"write `await {call}` in an `async def main():`, and run that by `asyncio.run(main())`"
    if last == "sleep":
        return "write `await asyncio.sleep(...)`"
    if last not in source.names:
        return "write `await` before the call"
    return f"write `await {call}`; to start it and go on, `task = asyncio.create_task({call})`"


def _written(name: str, place: Place | None, source: Source) -> str:
    """Return a call as the student's line has it, without what it is given: ``client.get(...)``."""
    function = source.function_called(name.rpartition(".")[2], place.lineno) if place else ""
    return f"{function or name}(...)"
