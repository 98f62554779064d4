"""Every clock a program can read is the one virtual clock."""

from __future__ import annotations

import asyncio
import datetime as dt
import logging
import pickle
import sched
import time
import timeit
from time import perf_counter

import freezegun
import pytest

from pytest_asyncgrade.virtualtime import VirtualClock, virtual_time

_START = dt.datetime(2025, 3, 1, 12, tzinfo=dt.UTC)
_WALL_NS = int(_START.timestamp()) * 10**9


def _fixed() -> VirtualClock:
    return VirtualClock(wall_ns=_WALL_NS)


@pytest.mark.parametrize("name", ["time", "monotonic", "perf_counter"])
def test_each_clock_of_time_moves_with_the_virtual_one(name: str) -> None:
    with virtual_time():
        read, read_ns = getattr(time, name), getattr(time, f"{name}_ns")
        start, start_ns = read(), read_ns()
        asyncio.run(asyncio.sleep(3))
        time.sleep(0.1)
        assert read() - start == 3.1
        assert read_ns() - start_ns == 3_100_000_000


def test_a_clock_imported_by_name_before_moves_too() -> None:
    with virtual_time():
        start = perf_counter()
        asyncio.run(asyncio.sleep(3))
        assert perf_counter() - start == 3.0
        assert f"took {perf_counter() - start:.1f}s" == "took 3.0s"


def test_a_fresh_loop_and_the_monotonic_clock_agree() -> None:
    async def main() -> bool:
        return asyncio.get_running_loop().time() == time.monotonic()

    with virtual_time():
        time.sleep(1)
        assert asyncio.run(main())


def test_the_wall_clock_is_the_same_everywhere() -> None:
    with virtual_time(_fixed()):
        asyncio.run(asyncio.sleep(90))
        now = _START + dt.timedelta(seconds=90)
        assert time.time() == now.timestamp()
        assert dt.datetime.now(dt.UTC) == now
        assert dt.datetime.now(dt.timezone(dt.timedelta(hours=2))) == now
        assert dt.datetime.now(dt.UTC).date() == now.date()
        assert time.gmtime()[:6] == (2025, 3, 1, 12, 1, 30)
        assert time.strftime("%H:%M:%S", time.gmtime()) == "12:01:30"
        assert time.strftime("%M:%S") == "01:30"
        assert time.localtime().tm_min == 1


def test_log_records_carry_virtual_time() -> None:
    with virtual_time(_fixed()):
        asyncio.run(asyncio.sleep(5))
        record = logging.makeLogRecord({})
        assert record.created == _START.timestamp() + 5


def test_timeit_measures_virtual_time() -> None:
    with virtual_time():
        start = timeit.default_timer()
        time.sleep(2)
        assert timeit.default_timer() - start == 2
        assert timeit.timeit(lambda: time.sleep(1), number=3) == 3


def test_sched_runs_in_virtual_time() -> None:
    with virtual_time() as clock:
        fired: list[float] = []
        for scheduler in (sched.scheduler(), sched.scheduler(time.time, time.sleep)):
            scheduler.enter(10, 1, lambda: fired.append(clock.elapsed))
            scheduler.run()
        assert fired == [10, 20]


def test_a_program_may_freeze_time_itself() -> None:
    with virtual_time(_fixed()) as clock:
        with freezegun.freeze_time("2000-01-01"):
            assert dt.datetime.now(dt.UTC).year == 2000
            assert time.time() == 946_684_800
        asyncio.run(asyncio.sleep(5))
        assert clock.elapsed == 5
        assert dt.datetime.now(dt.UTC) == _START + dt.timedelta(seconds=5)


def test_the_clocks_are_real_afterwards() -> None:
    real = time.monotonic, time.time, time.sleep, perf_counter, dt.datetime, timeit.default_timer
    before = time.monotonic()
    with virtual_time():
        time.sleep(1e6)
    assert (time.monotonic, time.time, time.sleep, perf_counter, dt.datetime, timeit.default_timer) == real
    assert 0 <= time.monotonic() - before < 60


def test_dates_show_themselves_as_the_real_ones_do() -> None:
    with virtual_time(VirtualClock(wall_ns=0)):
        now, today = dt.datetime.now(dt.UTC).replace(tzinfo=None), dt.date.today()  # noqa: DTZ011  # as students do
        shown = repr([now, today]), type(now).__name__, str(type(today)), pickle.loads(pickle.dumps(now)) == now  # noqa: S301
    assert shown[0].startswith("[datetime.datetime(1970, 1, 1, ")
    assert shown[0].endswith(", datetime.date(1970, 1, 1)]")
    assert shown[1:] == ("datetime", "<class 'datetime.date'>", True)
