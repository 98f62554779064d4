"""Runs one program twice: on the stock loop in real time, and on ours.

A program is a coroutine function of two arguments: `say`, which notes a line, and `s`, a second made short enough for
a test: what real time calls 30 ms.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from pytest_asyncgrade.virtualtime import VirtualTimeLoop

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine

    Say = Callable[[object], None]
    Program = Callable[[Say, float], Coroutine[None, None, object]]

SHORT_SECOND = 0.03


def said(program: Program, loop_factory: Callable[[], asyncio.AbstractEventLoop], *, debug: bool = False) -> list[str]:
    """Return the lines that `program` says on a loop."""
    lines: list[str] = []
    with asyncio.Runner(loop_factory=loop_factory, debug=debug) as runner:
        runner.run(program(lambda line: lines.append(str(line)), SHORT_SECOND))
    return lines


def in_real_time(program: Program, *, debug: bool = False) -> list[str]:
    """Return what `program` says on the stock loop."""
    return said(program, asyncio.SelectorEventLoop, debug=debug)


def in_virtual_time(program: Program, *, debug: bool = False) -> list[str]:
    """Return what `program` says on ours."""
    return said(program, VirtualTimeLoop, debug=debug)
