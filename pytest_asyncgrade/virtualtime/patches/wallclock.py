"""The wall clock in virtual time: `datetime`, and the functions of `time` that read it when called without a time.

The methods ``datetime.now``, ``utcnow``, ``today`` and ``date.today`` are replaced in the types themselves, which stay
the same for every library: ``isinstance``, subclasses, metaclasses, pickles.  Libraries that freeze time on top of that
are honoured: freezegun, whose ``tick`` then follows virtual time, and time-machine.
"""

from __future__ import annotations

import ctypes
import datetime as dt
import gc
import sys
import time
from typing import TYPE_CHECKING, Any

from pytest_asyncgrade.virtualtime.instant import LATENESS_MASK, NANOSECONDS

from .late_dates import moment

if TYPE_CHECKING:
    from collections.abc import Callable
    from contextlib import ExitStack

    from pytest_asyncgrade.virtualtime.clock import Clock
    from pytest_asyncgrade.virtualtime.runtime import Runtime

_METHODS = {dt.datetime: ("now", "utcnow", "today"), dt.date: ("today",)}
_STOCK: dict[tuple[type, str], Any] = {
    (kind, name): vars(kind).get(name) for kind, names in _METHODS.items() for name in names
}
"""The methods as Python has them; ``datetime`` inherits its `today`."""

_REAL = {name: getattr(time, name) for name in ("asctime", "ctime", "gmtime", "localtime", "strftime")}


class WallClock:
    """Reads the time of day, unless the program has frozen it."""

    def __init__(self, runtime: Runtime) -> None:
        self._clock = runtime.clock
        self._scheduler = runtime.scheduler
        self._spin = runtime.spin

    def ns(self) -> int | None:
        """Return the nanoseconds since the epoch, as a look at the clock; None in a thread that lives in real time."""
        if self._scheduler.current() is None:
            return None
        travelled = _travelled(self._clock)
        return int(self._spin.read_date()) if travelled is None else travelled

    def travelled(self) -> int | None:
        """Return the nanoseconds since the epoch to which time-machine has travelled, if it has."""
        return _travelled(self._clock)

    def patch_types(self, undo: ExitStack) -> None:
        """Let `datetime` and `date` read this clock."""
        for kind, names in _METHODS.items():
            for name in names:
                _replace_in_type(kind, name, classmethod(self._reading(name, getattr(kind, name))), undo)

    def functions(self) -> dict[str, Callable[..., Any]]:
        """Return what replaces the functions of `time` that tell the time of day when called without one."""

        def seconds() -> float:
            ns = self.ns()
            return time.time() if ns is None else ns // NANOSECONDS

        def asctime(t: Any = None, /) -> Any:
            return _REAL["asctime"](_REAL["localtime"](seconds()) if t is None else t)

        def strftime(template: str, t: Any = None, /) -> Any:
            return _REAL["strftime"](template, _REAL["localtime"](seconds()) if t is None else t)

        def converting(name: str) -> Callable[..., Any]:
            stock = _REAL[name]

            def convert(given: float | None = None, /) -> Any:
                return stock(seconds() if given is None else given)

            convert.__name__ = convert.__qualname__ = name
            return convert

        named = {name: converting(name) for name in ("ctime", "gmtime", "localtime")}
        return {"asctime": asctime, "strftime": strftime, **named}

    def _reading(self, name: str, stock: Callable[..., Any]) -> Callable[..., Any]:
        """Return what replaces a class method, `stock`."""

        def read(cls: Any, tz: dt.tzinfo | None = None) -> Any:
            ns = self.ns()
            if ns is None:
                stock_method = getattr(stock, "__func__", None)
                real = stock.__get__(None, cls) if stock_method is None and hasattr(stock, "__get__") else stock
                return real() if tz is None else real(tz)
            seconds, rest = divmod(ns, NANOSECONDS)
            if name == "today" and not issubclass(cls, dt.datetime):
                return cls.fromtimestamp(seconds)
            if name == "utcnow":
                exact = cls.fromtimestamp(seconds, dt.UTC).replace(tzinfo=None, microsecond=rest // 1000)
            else:
                exact = cls.fromtimestamp(seconds, tz).replace(microsecond=rest // 1000)
            return self._late(exact) if cls is dt.datetime else exact

        read.__name__ = name
        read.__qualname__ = f"datetime.{name}"
        return read

    def _late(self, exact: dt.datetime) -> dt.datetime:
        """Return a moment that is as late as the clock is."""
        late = self._clock.key & LATENESS_MASK
        suspects = self._spin.suspects
        if not late and not suspects:
            return exact
        made = moment(exact, late)
        if suspects:
            made.watcher = self._spin
        return made


def _travelled(clock: Clock) -> int | None:
    """Return the nanoseconds since the epoch to which ``time_machine.travel`` has gone; None if nobody travels.

    A traveller's clock ticks in virtual time, from its first reading on (time-machine 2 and 3; tested).
    """
    machine = sys.modules.get("time_machine")
    stack = getattr(machine, "traveller_stack", None) or getattr(machine, "coordinates_stack", None)
    if not stack:
        return None
    traveller = stack[-1]
    if not traveller._tick:
        return int(traveller._destination_timestamp_ns)
    if not traveller._requested:
        traveller._requested, traveller._real_start_timestamp_ns = True, clock.wall_ns
    return int(traveller._destination_timestamp_ns + clock.wall_ns - traveller._real_start_timestamp_ns)


_modified = ctypes.pythonapi.PyType_Modified
_modified.argtypes, _modified.restype = [ctypes.py_object], None


def _replace_in_type(kind: type, name: str, value: object, undo: ExitStack) -> None:
    """Replace a method of a built-in type, whose attributes cannot be set (CPython 3.11 to 3.14)."""
    namespace: dict[str, object] = gc.get_referents(kind.__dict__)[0]
    before = namespace.get(name)

    def restore() -> None:
        replaced = namespace[name]  # the type's cache may point to it until the type knows of the change
        if before is None:
            del namespace[name]
        else:
            namespace[name] = before
        _modified(kind)
        del replaced

    namespace[name] = value
    _modified(kind)
    undo.callback(restore)
