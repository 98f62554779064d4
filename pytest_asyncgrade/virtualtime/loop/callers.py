"""Who calls a loop: the line of the program that does, in debug mode, and a thread that must not."""

from __future__ import annotations

import functools
import os
import sys
from _thread import get_ident
from typing import TYPE_CHECKING, Any

from pytest_asyncgrade.virtualtime.observer import Observer

from .handles import DebugTimerHandle
from .stock import extract_stack

if TYPE_CHECKING:
    from collections.abc import Callable
    from contextvars import Context

    from .handles import TimerHandle
    from .stock import StockLoop

_HERE = os.path.dirname(__file__)  # noqa: PTH120  # compared with file names of code, which are strings


def blame_caller(made: Any) -> Any:
    """Let a handle or a task say that the program created it, not this package (debug mode keeps the stack)."""
    stack = made._source_traceback
    while stack and os.path.dirname(stack[-1].filename) == _HERE:  # noqa: PTH120  # as above
        stack.pop()
    return made


def checked_timer(
    loop: StockLoop, entry: int, callback: Callable[..., object], args: tuple[Any, ...], context: Context | None
) -> TimerHandle:
    """Return a timer for debug mode, which knows where it was made; with the errors of the stock loop."""
    loop._check_closed()
    loop._check_thread()
    loop._check_callback(callback, "call_at")
    timer = DebugTimerHandle(entry, callback, args, loop, context)
    timer._source_traceback = extract_stack(sys._getframe(1))
    blame_caller(timer)
    return timer


def watch_callers(loop: Any, names: tuple[str, ...] = ("call_soon", "call_later", "call_at")) -> None:
    """Report to the observer, from now on, other threads that call what is not made for them."""
    observer = loop._clock.observer
    if type(observer) is Observer or names[0] in vars(loop):
        return

    def watched(call: Callable[..., Any]) -> Callable[..., Any]:
        @functools.wraps(call)
        def report_and_call(*args: Any, **keywords: Any) -> Any:
            if loop._thread_id not in {None, get_ident()}:
                loop._clock.observer.touched()
            return call(*args, **keywords)

        return report_and_call

    for name in names:
        setattr(loop, name, watched(getattr(loop, name)))
