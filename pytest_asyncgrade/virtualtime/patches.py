"""Makes any program of this process live in virtual time, and undoes it.

The clocks of `time` become direct proxies of ours: freezegun's own look at the call stack on every call and cost twenty
times as much.  What tells the time of day (`datetime`, `time.localtime` ...) is in `wallclock`.

Modules that measure real time for themselves (`subprocess`, `multiprocessing`, pytest's own durations) keep the real
clock, and so does every thread that does not take part in virtual time.
"""

from __future__ import annotations

import asyncio
import queue
import sched
import sys
import threading
import time
import timeit
from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING, Any

from .bound_names import BoundNames
from .children import patch_processes
from .clock import VirtualClock
from .injection import patch_asyncio
from .instant import NANOSECONDS, nanoseconds
from .itimer import patch_alarm
from .newcomers import patch_newcomers
from .real_time import is_real_time_user
from .replacing import replace
from .sockets import patch_sockets
from .threading_patches import patch_threading
from .wallclock import WallClock

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

_LONGEST_SLEEP = 9_223_372_036
"""More seconds than this are an OverflowError for the real `time.sleep`."""

_bound_names = BoundNames()


@contextmanager
def virtual_time(clock: VirtualClock | None = None) -> Iterator[VirtualClock]:
    """Make this process live in virtual time: its event loops, threads, clocks, ``time.sleep``.  Yields the clock.

    >>> import asyncio, time
    >>> with virtual_time() as clock:
    ...     asyncio.run(asyncio.sleep(3600))
    ...     time.sleep(60)
    >>> clock.elapsed
    3660.0

    RuntimeError if an event loop of this thread is running: it keeps real time, and cannot be changed under way.
    """
    if asyncio._get_running_loop() is not None:
        msg = "virtual_time() cannot begin while an event loop is running: begin it outside, around asyncio.run(...)"
        raise RuntimeError(msg)
    clock = clock or VirtualClock()
    with ExitStack() as undo:
        wall = WallClock(clock)
        named = {**_clocks(clock, wall), "sleep": _sleep(clock), **wall.functions()}
        named = {name: virtual for name, virtual in named.items() if not _is_frozen(getattr(time, name))}
        for name, virtual in named.items():  # by these names they are pickled, for another process: in real time there
            virtual.__module__, virtual.__name__, virtual.__qualname__ = "time", name, name
        clocks: dict[Any, Any] = {getattr(time, name): virtual for name, virtual in named.items()}
        replaced: dict[Any, Any] = {**clocks, **patch_threading(clock, undo), **patch_asyncio(clock, undo)}
        patch_processes(clock.threads, undo)
        patch_sockets(clock.threads, undo)
        patch_alarm(clock.threads, undo)
        _bound_names.replace(replaced, undo)
        wall.patch_types(undo)
        for name, virtual in named.items():
            replace(time, name, virtual, undo)
        _replace_in_the_library(clocks, clock, undo)
        patch_newcomers(clock.threads, replaced, undo)
        clock.ended = False
        try:
            yield clock
        finally:
            clock.ended = True


def _is_frozen(function: Any) -> bool:
    """Tell whether freezegun stands in for a clock already: what was frozen outside stays frozen."""
    return getattr(function, "__module__", None) == "freezegun.api"


def _replace_in_the_library(clocks: dict[Any, Any], clock: VirtualClock, undo: ExitStack) -> None:
    """Replace what modules of the standard library took from `time` when they were imported."""
    monotonic, sleep = time.monotonic, time.sleep
    if "logging" in sys.modules:  # counts `relativeCreated` from here on; a float of seconds before 3.13
        start = sys.modules["logging"]._startTime
        now = clock.wall_ns if isinstance(start, int) else clock.wall_ns / NANOSECONDS
        replace(sys.modules["logging"], "_startTime", now, undo)
    replace(threading, "_time", monotonic, undo)
    replace(queue, "time", monotonic, undo)
    replace(sched, "_time", monotonic, undo)
    replace(sched.scheduler.__init__, "__defaults__", (monotonic, sleep), undo)
    replace(timeit, "default_timer", time.perf_counter, undo)
    replace(timeit.Timer.__init__, "__defaults__", _virtual(timeit.Timer.__init__, clocks), undo)
    for function in (timeit.timeit, timeit.repeat):
        replace(function, "__defaults__", _virtual(function, clocks), undo)


def _virtual(function: Any, clocks: dict[Any, Any]) -> tuple[Any, ...]:
    return tuple(clocks[value] if callable(value) and value in clocks else value for value in function.__defaults__)


class _RealTimeUsers(dict[str | None, bool]):
    """Tells of a module, by its name, whether it measures real time; a dictionary that fills itself, for speed."""

    def __missing__(self, module: str | None) -> bool:
        verdict = self[module] = is_real_time_user(module)
        return verdict


def _name_in_frame(depth: int) -> str | None:
    return sys._getframe(depth + 1).f_globals.get("__name__")


_module_name: Callable[[int], str | None] = getattr(sys, "_getframemodulename", _name_in_frame)
"""Returns the name of the module that called, which from 3.12 on needs no frame object."""


def _clocks(clock: VirtualClock, wall: WallClock) -> dict[str, Callable[..., Any]]:
    """Return a virtual clock for each of `time`, by its name."""

    def read_wall() -> float:
        travelled = wall.travelled()
        return clock.read_wall() if travelled is None else travelled / NANOSECONDS

    def read_wall_ns() -> int:
        travelled = wall.travelled()
        return clock.read_ns(clock.wall_offset_ns) if travelled is None else travelled

    members = clock.threads.members
    get_ident, measures_real_time = threading.get_ident, _RealTimeUsers().__getitem__

    def reading(name: str, virtual: Callable[[], float]) -> Callable[[], float]:
        real: Callable[[], float] = getattr(time, name)

        def read() -> float:
            if measures_real_time(_module_name(1)) or get_ident() not in members:
                return real()
            return virtual()

        return read

    virtual: dict[str, Callable[[], float]] = {
        "monotonic": clock.read,
        "monotonic_ns": clock.read_ns,
        "perf_counter": clock.read,
        "perf_counter_ns": clock.read_ns,
        "time": read_wall,
        "time_ns": read_wall_ns,
    }
    return {name: reading(name, read) for name, read in virtual.items()}


def _sleep(clock: VirtualClock) -> Callable[[float], None]:
    real_sleep = time.sleep

    def sleep(seconds: float, /) -> None:
        """Move the virtual clock, with the errors of the real `time.sleep`."""
        if clock.threads.me() is None:
            real_sleep(seconds)
        elif is_real_time_user(sys._getframe(1).f_globals.get("__name__")):
            with clock.threads.outside():
                real_sleep(seconds)
        elif isinstance(seconds, (int, float)) and 0 < seconds < _LONGEST_SLEEP:
            start = clock.elapsed_ns
            clock.sleep(nanoseconds(seconds))
            clock.observer.slept(start, clock.elapsed_ns)
        else:
            _sleep_odd(seconds)

    def _sleep_odd(seconds: float) -> None:
        """Sleep for nothing, for an odd kind of number, or for what is none."""
        if hasattr(seconds, "__float__") and not isinstance(seconds, (int, float)):
            sleep(float(seconds))
        elif seconds == 0:
            clock.look()
            clock.threads.pass_turn()
        else:
            real_sleep(seconds)  # says what is wrong with it

    return sleep
