"""Runs handles: what is ready, in the order in which it became ready.

Each callback costs as few calls as can be: a program in virtual time does little else.
"""

from __future__ import annotations

import asyncio
from contextvars import Context
from typing import TYPE_CHECKING

from pytest_asyncgrade.virtualtime.instant import LATENESS_BITS, NANOSECONDS

from .handles import Handle, SleepHandle, TimerHandle
from .stock import format_callback_source, format_handle

if TYPE_CHECKING:
    from .parts import LoopParts


def run_ready(loop: LoopParts) -> None:
    """Run what is ready, but not what that makes ready."""
    ready = loop._ready
    left = len(ready)
    loop._running += 1
    try:
        while left:
            left -= 1
            handle = ready.popleft()
            try:
                if type(handle) is Handle:
                    if handle._args is not None:
                        handle._context.run(handle._callback, *handle._args)
                elif type(handle) is SleepHandle and handle._wakeup is not None:
                    handle._context.run(handle._wakeup, handle._future)
                else:
                    _run_other(handle)
            except (SystemExit, KeyboardInterrupt):
                raise
            except BaseException as error:  # noqa: BLE001  # as asyncio does: what a callback raises is reported
                _report(loop, handle, error)
    finally:
        loop._running -= 1
        handle = None  # the traceback of an exception may hold this frame


def fire(loop: LoopParts, first: TimerHandle) -> None:
    """Run the timers of one instant: the first, and those that follow it on the heap."""
    ready, timers = loop._ready, loop._timers
    timers.take_due(loop._clock.key, ready)
    ready.appendleft(first)
    left = len(ready)
    while left:
        left -= 1
        timer = ready.popleft()
        if type(timer) is SleepHandle:
            timer._scheduled = False
            if timer._future is not None and not timer._future.done():
                timers.waking = timer
                timer._future.set_result(None)
                timers.waking = None
        else:
            _run_other(timer)


def call(loop: LoopParts, timer: TimerHandle) -> None:
    """Run the callback of a timer."""
    context, args = timer._context, timer._args
    if context is None:
        context = timer._context = Context()
    try:
        if args:
            context.run(timer._callback, *args)
        else:
            context.run(timer._callback)
    except (SystemExit, KeyboardInterrupt):
        raise
    except BaseException as error:  # noqa: BLE001  # as above
        _report(loop, timer, error)


def _run_other(handle: asyncio.Handle) -> None:
    """Run a handle that is not of the common kind."""
    if handle._cancelled:
        return
    if isinstance(handle, TimerHandle):
        handle._scheduled = False
    handle._run()


def _report(loop: LoopParts, handle: asyncio.Handle, error: BaseException) -> None:
    """Report what a callback raised, in asyncio's words."""
    callback = format_callback_source(handle._callback, handle._args)  # type: ignore[attr-defined]  # not in typeshed
    error.__traceback__ = error.__traceback__ and error.__traceback__.tb_next
    loop.call_exception_handler({"message": f"Exception in callback {callback}", "exception": error, "handle": handle})


def run_ready_in_debug_mode(loop: LoopParts) -> None:
    """Do the same so that asyncio's messages can name each handle; handles take no time, unless they sleep."""
    clock = loop._clock
    loop._running += 1
    try:
        for _ in range(len(loop._ready)):
            handle = loop._ready.popleft()
            if handle._cancelled:
                continue
            if isinstance(handle, TimerHandle):
                handle._scheduled = False
            loop._current_handle = handle
            start = clock.key
            handle._run()
            _warn_if_slow(loop, handle, ((clock.key - start) >> LATENESS_BITS) / NANOSECONDS)
    finally:
        loop._running -= 1
        loop._current_handle = handle = None  # as above


def _warn_if_slow(loop: LoopParts, handle: asyncio.Handle, seconds: float) -> None:
    if seconds >= loop.slow_callback_duration:
        name = format_handle(handle)
        asyncio.base_events.logger.warning("Executing %s took %.3f seconds", name, seconds)  # type: ignore[attr-defined]  # typeshed does not know the logger
