"""Libraries that deal with time, dates or loops, in virtual time: they run, or are refused by name."""

from __future__ import annotations

import asyncio
import datetime as dt
import importlib.util
import logging
import pickle
import subprocess
import sys
import textwrap
import threading
import time
import types
from typing import TYPE_CHECKING

import freezegun
import pytest

from pytest_asyncgrade.virtualtime import VirtualClock, virtual_time

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

_WALL_NS = int(dt.datetime(2025, 3, 1, 12, tzinfo=dt.UTC).timestamp()) * 10**9


def _utc() -> dt.datetime:
    return dt.datetime.now(dt.UTC)


def test_dates_stay_plain_types_that_can_be_subclassed_with_a_metaclass() -> None:
    class Meta(type):
        def __instancecheck__(cls, instance: object) -> bool:
            return isinstance(instance, dt.date)

    real = dt.datetime, dt.date
    with virtual_time(VirtualClock(wall_ns=_WALL_NS)):
        assert (dt.datetime, dt.date) == real
        assert (type(dt.datetime), type(dt.date)) == (type, type)

        class Past(dt.date, metaclass=Meta):
            pass

        class Stamp(dt.datetime, metaclass=Meta):
            pass

        assert isinstance(Past.today(), Past)
        assert type(Stamp.now(dt.UTC)) is Stamp
        asyncio.run(asyncio.sleep(86_400))
        assert Past.today() == dt.date(2025, 3, 2)
        assert Stamp.now(dt.UTC).isoformat() == "2025-03-02T12:00:00+00:00"
        assert Stamp.utcnow().isoformat() == "2025-03-02T12:00:00"  # as old code does
        assert Stamp.today().date() == dt.date(2025, 3, 2)


def test_after_virtual_time_the_date_is_that_of_today() -> None:
    before = dt.datetime.now(dt.UTC)
    with virtual_time(VirtualClock(wall_ns=0)):
        assert _utc().year == 1970
    assert type(_utc()) is dt.datetime
    assert 0 <= (_utc() - before).total_seconds() < 3600
    assert abs(time.time() - _utc().timestamp()) < 3600
    assert type(dt.date.today()) is dt.date  # noqa: DTZ011


def test_time_frozen_within_stands_still_and_goes_on_virtually() -> None:
    with virtual_time(VirtualClock(wall_ns=_WALL_NS)):
        with freezegun.freeze_time("2020-05-05"):
            asyncio.run(asyncio.sleep(3600))
            assert (_utc().isoformat(), time.time()) == ("2020-05-05T00:00:00+00:00", 1588636800.0)
        assert _utc().isoformat() == "2025-03-01T13:00:00+00:00"
        start = time.time(), time.monotonic(), dt.datetime.now(dt.UTC)
        time.sleep(60)
        assert (time.time() - start[0], time.monotonic() - start[1]) == (60, 60)
        assert _utc() - start[2] == dt.timedelta(seconds=60)


def test_frozen_time_that_ticks_ticks_in_virtual_time() -> None:
    with virtual_time(), freezegun.freeze_time("2020-05-05", tick=True):
        asyncio.run(asyncio.sleep(3600))
        assert _utc().isoformat() == "2020-05-05T01:00:00+00:00"


def test_time_frozen_outside_stays_frozen() -> None:
    with freezegun.freeze_time("2020-05-05"), virtual_time() as clock:
        asyncio.run(asyncio.sleep(3600))
        assert (_utc().isoformat(), time.time()) == ("2020-05-05T00:00:00+00:00", 1588636800.0)
        assert clock.elapsed == 3600


def test_the_milliseconds_of_a_log_record_count_from_the_start() -> None:
    with virtual_time(VirtualClock(wall_ns=_WALL_NS)):
        time.sleep(2.5)
        record = logging.LogRecord("name", logging.INFO, "path", 1, "message", None, None)
        assert record.relativeCreated == 2500


@pytest.mark.parametrize(
    ("module", "name"), [("trio", "run"), ("curio", "run"), ("gevent.monkey", "patch_all"), ("eventlet", "spawn")]
)
def test_a_library_with_a_loop_of_its_own_is_refused_by_name(
    monkeypatch: pytest.MonkeyPatch, module: str, name: str
) -> None:
    fake = types.ModuleType(module)
    vars(fake)[name] = print
    monkeypatch.setitem(sys.modules, module, fake)
    with (
        virtual_time(),
        pytest.raises(
            RuntimeError,
            match=rf"^{module}\.{name} cannot run in virtual time, its loop keeps real time: write it with asyncio$",
        ),
    ):
        getattr(fake, name)()
    assert getattr(fake, name) is print


def test_a_library_is_refused_when_it_is_imported_later(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "curio.py").write_text("def run(): pass\n", encoding="utf-8")
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.delitem(sys.modules, "curio", raising=False)
    with virtual_time():
        import curio  # type: ignore[import-not-found]

        with pytest.raises(RuntimeError, match=r"^curio\.run cannot run in virtual time"):
            curio.run()
    curio.run()
    del sys.modules["curio"]


_TIME_MACHINE = """
    import asyncio, datetime as dt, time
    import time_machine
    from pytest_asyncgrade import virtual_time

    def shown():
        return dt.datetime.now(dt.timezone.utc).isoformat()[:19], round(time.time())

    def nap():
        asyncio.run(asyncio.sleep(3600))

    with virtual_time():
        with time_machine.travel("2022-01-01T00:00Z"):
            print(*shown())
            nap()
            print(*shown())
        with time_machine.travel("2022-01-01T00:00Z", tick=False) as traveller:
            nap()
            print(*shown())
            traveller.shift(60)
            print(*shown())
        assert dt.datetime.now().year >= 2025
    with time_machine.travel("2022-01-01T00:00Z", tick=False):
        print(*shown())
        with virtual_time():
            nap()
            print(*shown())
        print(*shown())
    assert dt.datetime.now().year >= 2025
"""


def test_time_machine_travels_within_virtual_time() -> None:
    pytest.importorskip("time_machine")
    program = [sys.executable, "-c", textwrap.dedent(_TIME_MACHINE)]
    done = subprocess.run(program, capture_output=True, text=True, check=False, timeout=300)
    assert done.stdout.splitlines() == [
        "2022-01-01T00:00:00 1640995200",
        "2022-01-01T01:00:00 1640998800",
        "2022-01-01T00:00:00 1640995200",
        "2022-01-01T00:01:00 1640995260",
        "2022-01-01T00:00:00 1640995200",
        "2022-01-01T00:00:00 1640995200",
        "2022-01-01T00:00:00 1640995200",
    ], done.stderr


def _default(clock: Callable[[], float] = time.monotonic) -> float:
    return clock()


class _Lease:
    clock = staticmethod(time.monotonic)

    def __init__(self, *, now: Callable[[], float] = time.time) -> None:
        self.now = now


def test_clocks_that_were_bound_as_defaults_before_are_virtual() -> None:
    with virtual_time():
        start = _default(), _Lease.clock(), _Lease().now()
        time.sleep(100)
        assert (_default() - start[0], _Lease.clock() - start[1], _Lease().now() - start[2]) == (100, 100, 100)
    assert _default.__defaults__ == (time.monotonic,)


def test_what_merely_says_that_it_is_a_module_is_left_alone_in_sys_modules(monkeypatch: pytest.MonkeyPatch) -> None:
    class Library:
        """Like a library of cffi, which trio and cryptography put there."""

        __slots__ = ()
        __class__ = types.ModuleType  # type: ignore[assignment]

    monkeypatch.setitem(sys.modules, "library_of_c", Library())
    with virtual_time() as clock:
        asyncio.run(asyncio.sleep(1))
    assert clock.elapsed == 1


def test_a_lazy_module_is_not_loaded_by_virtual_time(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "lazy_one.py").write_text("raise RuntimeError('it was loaded')")
    monkeypatch.syspath_prepend(tmp_path)
    spec = importlib.util.find_spec("lazy_one")
    assert spec is not None
    assert spec.loader is not None
    spec.loader = importlib.util.LazyLoader(spec.loader)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    monkeypatch.setitem(sys.modules, "lazy_one", module)
    with virtual_time() as clock:
        asyncio.run(asyncio.sleep(1))
    assert clock.elapsed == 1


@pytest.mark.parametrize("name", ["sleep", "time", "monotonic", "perf_counter_ns", "localtime", "strftime"])
def test_what_stands_in_for_the_functions_of_time_can_be_given_to_another_process(name: str) -> None:
    with virtual_time():
        function = getattr(time, name)
        assert pickle.loads(pickle.dumps(function)) is function  # noqa: S301  # just pickled
    assert pickle.loads(pickle.dumps(getattr(time, name))) is getattr(time, name)  # noqa: S301


def test_a_library_that_finds_what_blocks_a_loop_does_not_find_the_turns_of_threads() -> None:
    blockbuster = pytest.importorskip("blockbuster")

    async def main() -> int:
        thread = threading.Thread(target=time.sleep, args=(2,))
        thread.start()
        return await asyncio.to_thread(sum, [1, 2])

    with virtual_time() as clock, blockbuster.blockbuster_ctx():
        assert asyncio.run(main()) == 3
        assert clock.elapsed == 0
