"""The wall clock in virtual time: `datetime`, and the functions of `time` that read it when they are given no time.

freezegun replaces `datetime.datetime` and `datetime.date` wherever they have been imported; here its newest factory is
made to follow our clock.  A ``freeze_time`` of the program's own comes on top of it and is obeyed.
"""

from __future__ import annotations

import datetime as dt
import operator
import time
import warnings
from typing import TYPE_CHECKING, Any

from .instant import NANOSECONDS
from .real_time import Real
from .replacing import replace

if TYPE_CHECKING:
    from collections.abc import Callable
    from contextlib import ExitStack

    from .clock import VirtualClock

_EPOCH = dt.datetime(1970, 1, 1, tzinfo=dt.UTC).replace(tzinfo=None)
_MICROSECOND = dt.timedelta(microseconds=1)


class WallClock:
    """Follows a virtual clock, unless the program freezes time itself."""

    def __init__(self, clock: VirtualClock) -> None:
        from freezegun import api

        self._clock = clock
        self._api: Any = api
        self._follower: object = None

    def frozen_ns(self) -> int | None:
        """Return the time since the epoch that the program itself has frozen, if it has."""
        factory = self._api.freeze_factories[-1]
        if factory is self._follower:
            return None
        microseconds: int = (factory() - _EPOCH) // _MICROSECOND
        return microseconds * 1000

    def ns(self) -> int:
        """Read the time since the epoch."""
        frozen = self.frozen_ns()
        return self._read() if frozen is None else frozen

    def _read(self) -> int:
        """Read our clock; the real one for a thread that takes no part in virtual time."""
        return Real.time_ns() if self._clock.threads.me() is None else self._clock.read_date()

    def install(self, ignore: list[str], undo: ExitStack) -> None:
        """Let freezegun replace what it replaces, and follow."""
        import freezegun

        read = self._read

        class Follower(self._api.FrozenDateTimeFactory):  # type: ignore[misc,name-defined]  # imported above, at need
            """freezegun asks its newest factory for the time (`freeze_factories`, freezegun 1.5; tested)."""

            def __init__(self) -> None:
                pass

            def __call__(self) -> dt.datetime:
                return _EPOCH + dt.timedelta(microseconds=read() // 1000)

        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            freezer = freezegun.freeze_time(_EPOCH, ignore=ignore)
            undo.callback(freezer.stop)
            freezer.start()
        self._api.freeze_factories[-1] = self._follower = Follower()
        self._replace_now(undo)
        self._watch_comparisons(undo)
        self._take_real_names(undo)
        for name in ("gmtime", "localtime", "ctime"):
            replace(time, name, self._defaulting_to_now(getattr(self._api, f"real_{name}", None) or _REAL[name]), undo)
        replace(time, "asctime", lambda t=None: _REAL["asctime"](time.localtime() if t is None else t), undo)
        replace(time, "strftime", lambda f, t=None: _REAL["strftime"](f, time.localtime() if t is None else t), undo)

    def _defaulting_to_now(self, stock: Callable[[float], Any]) -> Callable[..., Any]:
        def convert(seconds: float | None = None, /) -> Any:
            return stock(self.ns() // NANOSECONDS if seconds is None else seconds)

        convert.__name__ = convert.__qualname__ = stock.__name__
        return convert

    def _replace_now(self, undo: ExitStack) -> None:
        """Know the local time zone, as the real functions do: freezegun has one offset for all of them."""
        api = self._api
        stock_now, stock_today = api.FakeDatetime.now.__func__, api.FakeDate.today.__func__

        def now(cls: Any, tz: dt.tzinfo | None = None) -> Any:
            if self.frozen_ns() is not None:
                return stock_now(cls, tz)
            seconds, rest = divmod(self.ns(), NANOSECONDS)
            moment = api.real_datetime.fromtimestamp(seconds, tz).replace(microsecond=rest // 1000)
            return api.datetime_to_fakedatetime(moment)

        def today(cls: Any) -> Any:
            return stock_today(cls) if self.frozen_ns() is not None else api.date_to_fakedate(now(cls))

        replace(api.FakeDatetime, "now", classmethod(now), undo)
        replace(api.FakeDatetime, "today", classmethod(now), undo)
        replace(api.FakeDate, "today", classmethod(today), undo)

    def _take_real_names(self, undo: ExitStack) -> None:
        """Let freezegun's classes show themselves as the real ones do: programs print them."""

        def shown(real: Any) -> Callable[[Any], str]:
            return lambda self: f"datetime.{real.__repr__(self)}"

        api = self._api
        for fake, real in ((api.FakeDatetime, api.real_datetime), (api.FakeDate, api.real_date)):
            for name in ("__name__", "__qualname__", "__module__"):
                undo.callback(setattr, fake, name, getattr(fake, name))
                setattr(fake, name, getattr(real, name))
            replace(fake, "__repr__", shown(real), undo)

    def _watch_comparisons(self, undo: ExitStack) -> None:
        """Learn what a busy wait waits for: ``while datetime.now() < end``."""
        clock, real = self._clock, self._api.real_datetime

        def watching(compare: Callable[[Any, Any], bool]) -> Callable[[Any, Any], bool]:
            name = f"__{compare.__name__}__"

            def method(self: Any, other: Any) -> bool:
                if clock.suspects and isinstance(other, real):
                    clock.awaits(clock.ns + _nanoseconds_apart(self, other))
                outcome: bool = getattr(real, name)(self, other)
                return outcome

            return method

        for compare in (operator.lt, operator.le, operator.gt, operator.ge):
            replace(self._api.FakeDatetime, f"__{compare.__name__}__", watching(compare), undo)


def _nanoseconds_apart(one: dt.datetime, other: dt.datetime) -> int:
    """Return how long it takes from the earlier moment, the present, to the later one; 0 if they cannot be compared."""
    if (one.tzinfo is None) != (other.tzinfo is None):
        return 0
    return abs(dt.timedelta.__floordiv__(dt.datetime.__sub__(one, other), _MICROSECOND)) * 1000


_REAL: dict[str, Callable[..., Any]] = {name: getattr(time, name) for name in ("asctime", "ctime", "strftime")}
