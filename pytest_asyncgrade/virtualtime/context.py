"""Enters virtual time: installs all patches, in an order that lets each find what it builds on, and undoes them."""

from __future__ import annotations

import asyncio
import sys
import time
from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING, Any

from .instant import nanoseconds
from .loop import VirtualTimeLoop
from .patches import (
    alarms,
    cleared_events,
    clocks,
    event_loops,
    forks,
    imports,
    processes,
    set_order,
    sockets,
    threads,
)
from .patches.bound_names import BoundNames
from .patches.wallclock import WallClock
from .runtime import VirtualClock
from .threads import timer

if TYPE_CHECKING:
    from collections.abc import Iterator
    from contextlib import AbstractContextManager

_bound_names = BoundNames()
"""A cache, which keeps no module alive: it makes entering virtual time several times faster."""


@contextmanager
def virtual_time(clock: VirtualClock | None = None) -> Iterator[VirtualClock]:
    """Make this process live in virtual time: its event loops, threads, clocks, ``time.sleep``.  Yields the clock.

    >>> import asyncio, time
    >>> with virtual_time() as clock:
    ...     asyncio.run(asyncio.sleep(3600))
    ...     time.sleep(60)
    >>> clock.elapsed
    3660.0

    RuntimeError if an event loop of this thread is running: it keeps real time and cannot be changed while it runs.
    """
    if asyncio._get_running_loop() is not None:
        msg = "virtual_time() cannot begin while an event loop is running: begin it outside, around asyncio.run(...)"
        raise RuntimeError(msg)
    clock = clock or VirtualClock()
    runtime = clock.runtime
    with ExitStack() as undo:
        if VirtualTimeLoop.default_clock is not None:  # within another virtual time, which stands still meanwhile
            undo.enter_context(VirtualTimeLoop.default_clock.runtime.scheduler.in_real_time())
        wall = WallClock(runtime)
        functions = clocks.virtual_functions(runtime, wall)
        replaced: dict[Any, Any] = {getattr(time, name): virtual for name, virtual in functions.items()}
        replaced |= threads.install(runtime, undo)
        forks.install(runtime, undo)
        replaced |= event_loops.install(clock, undo)
        cleared_events.install(undo)
        set_order.install(undo)
        processes.install(runtime, undo)
        sockets.install(runtime, undo)
        alarms.install(runtime, undo)
        _bound_names.replace(replaced, undo)
        undo.callback(_bound_names.restore, replaced, set(sys.modules))
        wall.patch_types(undo)
        clocks.install(runtime, functions, undo)
        imports.install(runtime, replaced, undo)
        runtime.ended = False
        try:
            yield clock
        finally:
            runtime.ended = True


def limit_time(clock: VirtualClock, seconds: float) -> None:
    """Raise `VirtualTimeLimitError` in the main thread when more than so many virtual seconds have passed."""
    timer.limit_time(clock.runtime.scheduler, nanoseconds(seconds))


def set_wall_clock(clock: VirtualClock, wall_ns: int) -> None:
    """Let ``time.time_ns()`` read `wall_ns` at the start, in a virtual time that has been entered before."""
    clock.runtime.clock.set_wall(wall_ns)
    clocks.start_logging(clock.runtime.clock)


def fork_in_real_time(clock: VirtualClock) -> AbstractContextManager[None]:
    """Leave virtual time for a while, in which forked children keep it: whoever ends the block goes on in it."""
    return forks.real_time_for_forking(clock.runtime)
