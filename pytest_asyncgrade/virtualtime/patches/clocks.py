"""Makes the clocks of `time`, and ``time.sleep``, those of virtual time.

They become direct proxies of ours; freezegun's own inspect the call stack on every call and cost twenty times as much.
The functions that tell the time of day (`datetime`, `time.localtime` ...) are in `wallclock`.

Modules that measure real time for themselves (`subprocess`, `multiprocessing`, pytest's durations) keep the real
clock, and so does every thread that lives in real time.
"""

from __future__ import annotations

import queue
import sched
import sys
import threading
import time
import timeit
from typing import TYPE_CHECKING, Any

from pytest_asyncgrade.virtualtime.instant import NANOSECONDS, nanoseconds
from pytest_asyncgrade.virtualtime.real_time import caller_module, is_real_time_user
from pytest_asyncgrade.virtualtime.replacing import replace

if TYPE_CHECKING:
    from collections.abc import Callable
    from contextlib import ExitStack

    from pytest_asyncgrade.virtualtime.clock import Clock
    from pytest_asyncgrade.virtualtime.runtime import Runtime

    from .wallclock import WallClock

_LONGEST_SLEEP = 9_223_372_036
"""Seconds above which the real `time.sleep` raises OverflowError."""


def virtual_functions(runtime: Runtime, wall: WallClock) -> dict[str, Callable[..., Any]]:
    """Return what replaces the functions of `time`, by their names; what is frozen already stays frozen."""
    functions = {**_clocks(runtime, wall), "sleep": _sleep(runtime), **wall.functions()}
    functions = {name: virtual for name, virtual in functions.items() if not _is_frozen(getattr(time, name))}
    for name, virtual in functions.items():  # they are pickled by these names, for a process in real time
        virtual.__module__, virtual.__name__, virtual.__qualname__ = "time", name, name
    return functions


def install(runtime: Runtime, functions: dict[str, Callable[..., Any]], undo: ExitStack) -> None:
    """Put the virtual functions into `time` and into the modules of the library that took the real ones from it."""
    stock = {getattr(time, name): virtual for name, virtual in functions.items()}
    for name, virtual in functions.items():
        replace(time, name, virtual, undo)
    _replace_in_the_library(stock, runtime.clock, undo)


def _is_frozen(function: Any) -> bool:
    """Tell whether freezegun has replaced a clock before."""
    return getattr(function, "__module__", None) == "freezegun.api"


def _replace_in_the_library(virtual: dict[Any, Any], clock: Clock, undo: ExitStack) -> None:
    """Replace what modules of the standard library took from `time` when they were imported."""
    monotonic, sleep = time.monotonic, time.sleep
    if "logging" in sys.modules:
        undo.callback(setattr, sys.modules["logging"], "_startTime", sys.modules["logging"]._startTime)
        start_logging(clock)
    replace(threading, "_time", monotonic, undo)
    replace(queue, "time", monotonic, undo)
    replace(sched, "_time", monotonic, undo)
    replace(sched.scheduler.__init__, "__defaults__", (monotonic, sleep), undo)
    replace(timeit, "default_timer", time.perf_counter, undo)
    replace(timeit.Timer.__init__, "__defaults__", _defaults(timeit.Timer.__init__, virtual), undo)
    for function in (timeit.timeit, timeit.repeat):
        replace(function, "__defaults__", _defaults(function, virtual), undo)


def start_logging(clock: Clock) -> None:
    """Let `logging`, if it has been imported, count `relativeCreated` from here on; in seconds before 3.13."""
    logging: Any = sys.modules.get("logging")
    if logging is not None:
        logging._startTime = clock.wall_ns if isinstance(logging._startTime, int) else clock.wall_ns / NANOSECONDS


def _defaults(function: Any, virtual: dict[Any, Any]) -> tuple[Any, ...]:
    return tuple(virtual[value] if callable(value) and value in virtual else value for value in function.__defaults__)


class _RealTimeUsers(dict[str | None, bool]):
    """Whether a module measures real time, by its name; a dictionary that fills itself, for speed."""

    def __missing__(self, module: str | None) -> bool:
        verdict = self[module] = is_real_time_user(module)
        return verdict


def _clocks(runtime: Runtime, wall: WallClock) -> dict[str, Callable[..., Any]]:
    """Return a virtual clock for each of `time`, by its name."""
    clock, spin = runtime.clock, runtime.spin

    def read_wall() -> float:
        travelled = wall.travelled()
        return spin.read_wall() if travelled is None else travelled / NANOSECONDS

    def read_wall_ns() -> int:
        travelled = wall.travelled()
        return spin.read_ns(clock.wall_offset_ns) if travelled is None else travelled

    members = runtime.scheduler.members
    get_ident, measures_real_time = threading.get_ident, _RealTimeUsers().__getitem__

    def reading(name: str, virtual: Callable[[], float]) -> Callable[[], float]:
        real: Callable[[], float] = getattr(time, name)

        def read() -> float:
            if measures_real_time(caller_module(1)) or get_ident() not in members:
                return real()
            return virtual()

        return read

    virtual: dict[str, Callable[[], float]] = {
        "monotonic": spin.read,
        "monotonic_ns": spin.read_ns,
        "perf_counter": spin.read,
        "perf_counter_ns": spin.read_ns,
        "time": read_wall,
        "time_ns": read_wall_ns,
    }
    return {name: reading(name, read) for name, read in virtual.items()}


def _sleep(runtime: Runtime) -> Callable[[float], None]:
    real_sleep, clock, scheduler = time.sleep, runtime.clock, runtime.scheduler

    def sleep(seconds: float, /) -> None:
        """Move the virtual clock, with the errors of the real `time.sleep`."""
        if scheduler.current() is None:
            real_sleep(seconds)
        elif is_real_time_user(caller_module(1)):
            with scheduler.outside():
                real_sleep(seconds)
        elif isinstance(seconds, (int, float)) and 0 < seconds < _LONGEST_SLEEP:
            start_ns = clock.elapsed_ns
            runtime.sleep(nanoseconds(seconds))
            clock.observer.slept(start_ns, clock.elapsed_ns)
        else:
            _sleep_odd(seconds)

    def _sleep_odd(seconds: float) -> None:
        """Sleep for no time, for an unusual kind of number, or for something that is no number."""
        if hasattr(seconds, "__float__") and not isinstance(seconds, (int, float)):
            sleep(float(seconds))
        elif seconds == 0:
            runtime.spin.look()
            scheduler.yield_turn()
        else:
            real_sleep(seconds)  # raises the right error

    return sleep
