"""Makes any program of this process live in virtual time, and undoes it.

The loop comes in through ``asyncio.new_event_loop``, which ``asyncio.run`` and `asyncio.Runner` call on every Python
from 3.11 on.  The clocks of `time` become direct proxies of ours: freezegun's own look at the call stack on every call
and cost twenty times as much.  freezegun supplies the wall clock (`datetime`, `time.localtime` ...) and follows ours.

Modules that measure real time for themselves (`threading`, `subprocess`, `multiprocessing`, pytest's own durations)
keep the real clock.
"""

from __future__ import annotations

import asyncio
import datetime
import math
import sys
import time
import warnings
from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING, Any

from .clock import VirtualClock
from .instant import LATENESS_BITS, Instant, nanoseconds
from .loop import VirtualTimeLoop

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from types import ModuleType

_REAL_TIME_USERS = frozenset({
    "_pytest", "concurrent", "coverage", "execnet", "multiprocessing", "pluggy", "psutil", "pytest", "pytest_timeout",
    "queue", "sched", "selectors", "socketserver", "subprocess", "threading", "xdist",
})  # fmt: skip
"""Top-level packages whose calls of the clock are answered in real time."""

_EPOCH = datetime.datetime(1970, 1, 1, tzinfo=datetime.UTC).replace(tzinfo=None)


def _reads_real_time(depth: int = 2) -> bool:
    """Tell whether the caller of a clock is a module that has to measure real time."""
    name: str = sys._getframe(depth).f_globals.get("__name__") or ""
    return name.partition(".")[0] in _REAL_TIME_USERS


@contextmanager
def virtual_time(clock: VirtualClock | None = None) -> Iterator[VirtualClock]:
    """Make this process live in virtual time: its event loops, its clocks, ``time.sleep``.  Yields the clock.

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
        replaced = {**_clocks(clock), time.sleep: _sleep(clock)}
        _replace_in_loaded_modules(replaced, undo)
        _follow_with_freezegun(clock, undo)
        for real, virtual in replaced.items():
            _replace(time, real.__name__, virtual, undo)
        _replace(asyncio, "new_event_loop", lambda: VirtualTimeLoop(clock), undo)
        _replace(asyncio.events, "new_event_loop", asyncio.new_event_loop, undo)
        yield clock


def _replace(module: ModuleType, name: str, value: object, undo: ExitStack) -> None:
    undo.callback(setattr, module, name, getattr(module, name))
    setattr(module, name, value)


def _replace_in_loaded_modules(replaced: dict[Any, Any], undo: ExitStack) -> None:
    """Replace what other modules have imported by name (``from time import perf_counter``)."""
    by_id = {id(real): virtual for real, virtual in replaced.items()}
    for name, module in list(sys.modules.items()):
        top = name.partition(".")[0]
        if top in sys.stdlib_module_names - {"timeit"} or top in _REAL_TIME_USERS or top in {"freezegun", __package__}:
            continue
        for attribute, value in list(vars(module).items() if hasattr(module, "__dict__") else ()):
            if id(value) in by_id and not name.startswith("pytest_asyncgrade."):
                _replace(module, attribute, by_id[id(value)], undo)


def _clocks(clock: VirtualClock) -> dict[Callable[[], float], Callable[[], float]]:
    """Return a virtual clock for each real one of `time`."""
    wall = clock.wall_offset_ns

    def reading(real: Callable[[], float], virtual: Callable[[], float]) -> Callable[[], float]:
        def read() -> float:
            if _reads_real_time():
                return real()
            clock.look()
            return virtual()

        read.__name__ = read.__qualname__ = real.__name__
        return read

    return {
        time.monotonic: reading(time.monotonic, lambda: Instant(clock.key)),
        time.monotonic_ns: reading(time.monotonic_ns, lambda: clock.key >> LATENESS_BITS),
        time.perf_counter: reading(time.perf_counter, lambda: Instant(clock.key)),
        time.perf_counter_ns: reading(time.perf_counter_ns, lambda: clock.key >> LATENESS_BITS),
        time.time: reading(time.time, lambda: Instant(clock.key + (wall << LATENESS_BITS))),
        time.time_ns: reading(time.time_ns, lambda: (clock.key >> LATENESS_BITS) + wall),
    }


def _sleep(clock: VirtualClock) -> Callable[[float], None]:
    real_sleep = time.sleep

    def sleep(seconds: float, /) -> None:
        """Move the virtual clock, with the errors of the real `time.sleep`."""
        if _reads_real_time() or not 0 < seconds < math.inf:
            real_sleep(seconds if not seconds == 0 else 0)
            return
        start = clock.elapsed_ns
        clock.move_to(clock.after(nanoseconds(seconds)))
        clock.observer.slept(start, clock.elapsed_ns)

    return sleep


def _follow_with_freezegun(clock: VirtualClock, undo: ExitStack) -> None:
    """Let freezegun give the wall clock, as our clock has it."""
    import freezegun
    from freezegun.api import FrozenDateTimeFactory, freeze_factories

    class Follower(FrozenDateTimeFactory):
        """freezegun asks its newest factory for the time (`freeze_factories`, freezegun 1.5; tested)."""

        def __init__(self) -> None:
            pass

        def __call__(self) -> datetime.datetime:
            ns = clock.ns + clock.wall_offset_ns
            return _EPOCH + datetime.timedelta(microseconds=ns // 1000)

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        freezer = freezegun.freeze_time(_EPOCH, ignore=sorted(_REAL_TIME_USERS | {"asyncio"}))
        undo.callback(freezer.stop)
        freezer.start()
    freeze_factories[-1] = Follower()
