"""Coroutines that are not awaited."""

from __future__ import annotations

import ast
import re
from typing import TYPE_CHECKING

from pytest_asyncgrade.trace.model import Outcome, Place
from pytest_asyncgrade.trace.plain import Opaque, parts_of
from pytest_asyncgrade.trace.text import short

from .diagnosis import Diagnosis
from .script import place_of_line

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pytest_asyncgrade.trace.model import Unawaited

    from .evidence import Evidence
    from .script import Script


_IS_A_COROUTINE = re.compile(r"""['"]coroutine['"](?! object can't be awaited)|coroutine object|, coroutine found|"""
                             r"""(got|not) coroutine""")  # fmt: skip
"""How Python's messages say that an operation was given a coroutine."""
_RETURNED_BY_INIT = "__init__() should return None"


def coroutine_as_value(run: Evidence, script: Script) -> Iterator[Diagnosis]:
    """Find coroutines that are printed, or used instead of their results."""
    advice = "await the call to get what it returns: value = await {}"
    for line in run.partial.output:
        if match := re.search(r"<coroutine object (\S+) at 0x", line.text):
            name = short(match[1])
            where = f"line {line.lineno} prints" if line.lineno else "the program prints"
            call = _written(name, line.place, script)
            yield Diagnosis(f"{where} the coroutine that {name}() made, not what {name}() returns",
                advice.format(call), line.place,
            )  # fmt: skip
    error = run.exception
    wrong = error and error.type in {"TypeError", "AttributeError"} and _IS_A_COROUTINE.search(error.message)
    made_elsewhere = [one.coroutine for one in run.partial.unawaited if one.place is None]
    if error and wrong and error.place is None and made_elsewhere:  # the grader's scenario calls it
        name = short(made_elsewhere[0])
        message = f"{name}() is called as a plain function, and makes a coroutine ({error.message})"
        yield Diagnosis(message, f"write {name.rpartition('.')[2]} with def, without async")
    elif error and wrong and _RETURNED_BY_INIT not in error.message:
        where = str(error.place) if error.place else "the program"
        message = f"{where} uses a coroutine as if it were what the function returns ({error.message})"
        names = script.called_on(error.place.lineno) if error.place else set()
        names = names or {short(one.coroutine).rpartition(".")[2] for one in run.partial.unawaited}
        call = _written(names.pop(), error.place, script) if len(names) == 1 else "the_function(...)"
        yield Diagnosis(message, advice.format(call), error.place)


def never_awaited(run: Evidence, script: Script) -> Iterator[Diagnosis]:
    """Find coroutines that are never awaited, unless a reported error is the reason."""
    returned = any(isinstance(one, Opaque) and one.type_name == "coroutine" for one in parts_of(run.partial.result))
    if returned and (given := [(name, giver) for name in sorted(script.names) if (giver := script.giver_of(name))]):
        yield _given_to_a_caller(run, *given[0])
    for coroutine in run.partial.unawaited:
        if _fell_with(coroutine, run):
            continue
        name, place = short(coroutine.coroutine), coroutine.place
        last = name.rpartition(".")[2]
        where = f" on {place}" if place else ""
        if place is None and (giver := script.giver_of(last)):
            yield _given_to_a_caller(run, last, giver)
            continue
        if place and (giver := script.giver_of_call(last, place.lineno)):
            yield _called_too_soon(run, last, giver)
            continue
        if last == "sleep" and place:
            message = f"asyncio.sleep(){where} is called, but not awaited: the program does not wait there"
        elif place and last not in script.names:
            message = f"{place} calls {last}() without awaiting it, so it does nothing"
        else:
            message = f"{name}(){where} is called, but not awaited, so nothing in it ever runs"
        yield Diagnosis(message, _way_to_await(name, place, script), place)


def _fell_with(coroutine: Unawaited, run: Evidence) -> bool:
    """Tell whether an error kept a coroutine from being awaited: in the call that got it, or later."""
    if run.outcome is not Outcome.CRASHED:
        return False
    error = run.exception
    if error and "__await__() returned a coroutine" in error.message:  # the message of the error says what to write
        return True
    if coroutine.coroutine.endswith(
        "__"
    ):  # Python called the method, and its error says that it is a coroutine function
        return True
    return coroutine.after_error or (error is not None and error.place == coroutine.place)


def _given_to_a_caller(run: Evidence, name: str, giver: ast.Call) -> Diagnosis:
    """Return the diagnosis of a coroutine function that is passed where a plain function is expected."""
    place, function = place_of_line(run, giver.lineno), ast.unparse(giver.func)
    message = f"{place} gives {name} to {function}(), which calls it and never awaits it, so nothing in it ever runs"
    advice = f"write {name} with def; what has to wait gives it to asyncio.create_task instead"
    return Diagnosis(message, advice, place)


def _called_too_soon(run: Evidence, name: str, giver: ast.Call) -> Diagnosis:
    """Return the diagnosis of a coroutine that is passed where a plain function is expected."""
    place, function = place_of_line(run, giver.lineno), ast.unparse(giver.func)
    message = f"{place} gives {function}() the coroutine of {name}(), which it cannot call, so nothing in it ever runs"
    advice = f"give it a plain function; to run the coroutine, `task = asyncio.create_task({name}(...))`"
    return Diagnosis(message, advice, place)


def _way_to_await(name: str, place: Place | None, script: Script) -> str:
    """Return what to write where a coroutine is called: `await` is allowed in coroutine functions only."""
    last, call = name.rpartition(".")[2], _written(name, place, script)
    if place and (way := script.way_to_await(call, place.lineno)):
        return way
    if place and place.function == "<module>":
        if last in script.names:
            return f"outside of a coroutine write `asyncio.run({call})`"
        return f"write `await {call}` in an `async def main():`, and run that by `asyncio.run(main())`"
    if last == "sleep":
        return "write `await asyncio.sleep(...)`"
    if last not in script.names:
        return "write `await` before the call"
    return f"write `await {call}`; to start it and go on, `task = asyncio.create_task({call})`"


def _written(name: str, place: Place | None, script: Script) -> str:
    """Return a call as the student wrote it, without its arguments: ``client.get(...)``."""
    function = script.function_called(name.rpartition(".")[2], place.lineno) if place else ""
    return f"{function or name}(...)"
