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
SLOWER = (1, 3, 10, 30)
"""How many times slower each next try in real time is: a busy machine may be late by more than the short second."""


def said(
    program: Program,
    loop_factory: Callable[[], asyncio.AbstractEventLoop],
    *,
    debug: bool = False,
    second: float = SHORT_SECOND,
) -> list[str]:
    """Return the lines that `program` says on a loop."""
    lines: list[str] = []
    with asyncio.Runner(loop_factory=loop_factory, debug=debug) as runner:
        runner.run(program(lambda line: lines.append(str(line)), second))
    return lines


def in_real_time(program: Program, *, like: list[str]) -> list[str]:
    """Return what `program` says on the stock loop; slower if it is not `like` what is expected."""
    lines: list[str] = []
    for slower in SLOWER:
        lines = said(program, asyncio.SelectorEventLoop, second=SHORT_SECOND * slower)
        if lines == like:
            break
    return lines


def in_virtual_time(program: Program, *, debug: bool = False) -> list[str]:
    """Return what `program` says on ours."""
    return said(program, VirtualTimeLoop, debug=debug)
