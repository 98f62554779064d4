"""Coroutines that are not awaited."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from pytest_asyncgrade.trace.model import Finding
from pytest_asyncgrade.trace.text import short

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pytest_asyncgrade.trace.model import Trace

    from .source import Source


def coroutine_as_value(trace: Trace, _source: Source) -> Iterator[Finding]:
    """Find: a coroutine is printed, or used where its result is meant."""
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


def never_awaited(trace: Trace, source: Source) -> Iterator[Finding]:
    """Find: a coroutine is made and never awaited."""
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
