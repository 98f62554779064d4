"""What a program computes from clock readings is ordered as in real time, where every wake-up is a little late."""

from __future__ import annotations

import asyncio
import copy
import datetime as dt
import json
import math
import pickle
import random
import time
from typing import TYPE_CHECKING, Any

import pytest

from pytest_asyncgrade.trace.plain import decode, encode
from pytest_asyncgrade.virtualtime import virtual_time
from pytest_asyncgrade.virtualtime.instant import nanoseconds

if TYPE_CHECKING:
    from collections.abc import Callable


@pytest.mark.parametrize("clock", ["time", "monotonic", "perf_counter", "time_ns", "monotonic_ns", "perf_counter_ns"])
@pytest.mark.parametrize("seconds", [0.1, 0.29, 1, 1 / 3, 0.1 + 0.2, 2.675])
def test_after_a_wait_more_than_that_has_passed(clock: str, seconds: float) -> None:
    with virtual_time():
        read: Callable[[], Any] = getattr(time, clock)
        unit = 10**9 if clock.endswith("_ns") else 1
        start = read()
        asyncio.run(asyncio.sleep(seconds))
        elapsed = read() - start
        assert elapsed > seconds * unit
        assert elapsed >= seconds * unit
        assert not elapsed <= seconds * unit
        assert not elapsed < seconds * unit
        assert read() > start + seconds * unit
        if unit == 1 or seconds == 1:  # a float on the left of an integer knows nothing of infinitesimals
            assert seconds * unit < elapsed
            assert seconds * unit - elapsed < 0
        assert elapsed / (seconds * unit) > 1
        assert elapsed * 1000 > seconds * unit * 1000


@pytest.mark.parametrize("wait", [lambda: time.sleep(0.25), lambda: asyncio.run(asyncio.to_thread(time.sleep, 0.25))])
def test_the_value_stays_exact(wait: Callable[[], object]) -> None:
    with virtual_time():
        start, start_ns = time.monotonic(), time.monotonic_ns()
        wait()
        elapsed, elapsed_ns = time.monotonic() - start, time.monotonic_ns() - start_ns
        assert (elapsed, elapsed_ns) == (0.25, 250_000_000)
        assert f"{elapsed} {elapsed:.2f} {elapsed!r} {elapsed_ns}" == "0.25 0.25 0.25 250000000"
        assert json.dumps([elapsed, elapsed_ns]) == "[0.25, 250000000]"
        assert {0.25: "found"}[elapsed] == "found"
        for value, kind in ((elapsed, float), (elapsed_ns, int)):
            assert type(pickle.loads(pickle.dumps(value))) is kind  # noqa: S301  # our own
            assert type(copy.deepcopy(value)) is kind
            assert type(decode(encode(value))) is kind


def test_a_countdown_shows_whole_seconds_as_in_real_time() -> None:
    with virtual_time():
        end = time.monotonic() + 3
        shown = []
        for _ in range(3):
            left = end - time.monotonic()
            shown.append((int(left), math.ceil(left), left // 1, round(left, 1), str(left)))
            time.sleep(1)
        assert shown == [(3, 3, 3.0, 3.0, "3.0"), (1, 2, 1.0, 2.0, "2.0"), (0, 1, 0.0, 1.0, "1.0")]
        assert (end - time.monotonic()) < 0


def test_a_quotient_of_readings_is_the_number_of_whole_intervals() -> None:
    with virtual_time():
        start, start_ns = time.monotonic(), time.monotonic_ns()
        for count in range(1, 31):
            time.sleep(0.1)
            assert (time.monotonic() - start) // 0.1 == count
            assert (time.monotonic_ns() - start_ns) // 100_000_000 == count
            assert divmod(time.monotonic_ns() - start_ns, 100_000_000) == (count, 0)


def test_a_ticker_that_sleeps_until_the_next_beat_gathers_no_lateness() -> None:
    order: list[str] = []

    async def beat() -> None:
        loop = asyncio.get_running_loop()
        following = loop.time()
        for _ in range(3):
            following += 1
            await asyncio.sleep(following - loop.time())
        order.append("beat")

    async def chain() -> None:
        for _ in range(3):
            await asyncio.sleep(1)
        order.append("chain")

    async def main() -> None:
        await asyncio.gather(chain(), beat())

    with virtual_time() as clock:
        asyncio.run(main())
        assert (order, clock.elapsed) == (["beat", "chain"], 3)


def test_datetimes_are_late_too() -> None:
    with virtual_time():
        then, second = dt.datetime.now(), dt.timedelta(seconds=1)  # noqa: DTZ005  # what students write
        then_utc, stamp = dt.datetime.now(dt.UTC), dt.datetime.now().timestamp()  # noqa: DTZ005
        time.sleep(1)
        now = dt.datetime.now()  # noqa: DTZ005
        assert now > then + second
        assert now - second > then
        assert now - then > second
        assert (now - then).total_seconds() > 1
        assert (now - then) / second > 1
        assert not now <= then + second
        assert then + second < now
        assert then + second - now < dt.timedelta()
        assert now.timestamp() - stamp > 1
        assert dt.datetime.now(dt.UTC) > then_utc + second
        assert dt.datetime.now(dt.timezone(dt.timedelta(hours=2))).replace(tzinfo=dt.UTC) > then_utc + second


def test_datetimes_show_themselves_and_travel_as_exact_ones() -> None:
    with virtual_time():
        then = dt.datetime.now(dt.UTC)
        time.sleep(1)
        now = dt.datetime.now(dt.UTC)
        exact = then + dt.timedelta(seconds=1)
        assert now == exact
        assert (repr(now), str(now), now.isoformat()) == (repr(exact), str(exact), exact.isoformat())
        assert repr(now - then) == "datetime.timedelta(seconds=1)"
        for value, kind in ((now, dt.datetime), (now - then, dt.timedelta)):
            assert type(pickle.loads(pickle.dumps(value))) is kind  # noqa: S301  # our own
            assert type(copy.deepcopy(value)) is kind
            assert hash(value) == hash(copy.deepcopy(value))


def test_no_sleep_is_over_early_whatever_its_length() -> None:
    draw = random.Random(7)  # noqa: S311  # random, not secret
    with virtual_time():
        for _ in range(500):
            delay = draw.random() * 10 ** draw.randint(-6, 4)
            start = time.monotonic()
            asyncio.run(asyncio.sleep(delay))
            assert float(time.monotonic() - start) >= delay - 1e-12 * max(delay, 1)
            assert time.monotonic() - start > delay


@pytest.mark.parametrize(
    ("seconds", "expected"),
    [
        (1e-12, 0),
        (5e-10, 1),
        (1e-9, 1),
        (0.1 + 0.2, 300_000_000),
        (1 / 3, 333_333_334),
        (-1 / 3, -333_333_334),
        (2, 2_000_000_000),
    ],
)
def test_seconds_are_rounded_up_to_whole_nanoseconds_but_for_the_noise_of_floats(seconds: float, expected: int) -> None:
    assert nanoseconds(seconds) == expected


def test_arithmetic_with_what_is_no_number_is_refused_as_usual() -> None:
    with virtual_time():
        time.sleep(1)
        span = time.monotonic() - 1.5 - 100_000
        with pytest.raises(TypeError, match="unsupported operand"):
            span + "1"  # type: ignore[operator]
        with pytest.raises(TypeError, match="not supported between instances"):
            assert span < "1"  # type: ignore[operator]
        with pytest.raises(TypeError, match="unsupported operand"):
            span // None  # type: ignore[operator]
        assert not span < float("nan")  # noqa: PLW0177  # there is no order
        assert span < math.inf
        assert span < 10**400
