"""A program that waits by looking again and again gets where the stock loop would get it, exactly."""

from __future__ import annotations

import asyncio
import contextlib
import datetime as dt
import queue
import sys
import threading
import time
from typing import TYPE_CHECKING

import pytest

from pytest_asyncgrade.virtualtime import Observer, VirtualClock, virtual_time
from pytest_asyncgrade.virtualtime.threads import stall

if TYPE_CHECKING:
    from collections.abc import Callable


def _until_later() -> None:
    end = time.monotonic() + 5
    while time.monotonic() < end:
        pass


def _until_later_by_the_wall() -> None:
    end = time.time() + 5
    while end > time.time():
        pass


def _elapsed() -> None:
    start = time.perf_counter()
    while time.perf_counter() - start < 5:
        pass


def _left() -> None:
    end = time.perf_counter() + 5
    while True:
        left = end - time.perf_counter()
        if left <= 0:
            break


def _nanoseconds() -> None:
    start = time.monotonic_ns()
    while time.monotonic_ns() - start < 5_000_000_000:
        pass


def _dates() -> None:
    end = dt.datetime.now() + dt.timedelta(seconds=5)  # noqa: DTZ005  # as students write it
    while dt.datetime.now() < end:  # noqa: DTZ005
        pass


def _beside_a_thread() -> None:
    threading.Thread(target=time.sleep, args=(3,)).start()
    _until_later()


def _on_the_loop() -> None:
    async def main() -> None:
        loop = asyncio.get_running_loop()
        end = loop.time() + 5
        while loop.time() < end:
            await asyncio.sleep(0)

    asyncio.run(main())


def _flag_of_a_timer() -> None:
    async def main() -> None:
        flag: list[int] = []
        asyncio.get_running_loop().call_later(5, flag.append, 1)
        while not flag:
            await asyncio.sleep(0)

    asyncio.run(main())


def _flag_of_a_thread() -> None:
    async def main() -> None:
        future = asyncio.ensure_future(asyncio.to_thread(time.sleep, 5))
        while not future.done():
            await asyncio.sleep(0)

    asyncio.run(main())


def _event_without_patience() -> None:
    event = threading.Event()
    threading.Timer(5, event.set).start()
    while not event.wait(0):
        pass


def _event() -> None:
    event = threading.Event()
    threading.Timer(5, event.set).start()
    while not event.is_set():
        pass


def _queue() -> None:
    items: queue.Queue[int] = queue.Queue()
    threading.Timer(5, items.put, [1]).start()
    while True:
        try:
            items.get_nowait()
            break
        except queue.Empty:
            pass


def _thread() -> None:
    thread = threading.Timer(5, print)
    thread.start()
    while thread.is_alive():
        pass


def test_a_busy_wait_that_is_taken_for_computing_does_not_crawl(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        stall, "LONG_COMPUTATION_NS", 10_000_000
    )  # as on a slow machine: the others lose their patience first
    monkeypatch.setattr(stall, "LATER_COMPUTATION_NS", 10_000_000)
    with virtual_time() as clock:
        event = threading.Event()
        threading.Timer(5, event.set).start()
        looks = 0
        while not event.wait(0) and looks < 1_000_000:
            looks += 1
        assert looks < 1_000_000
        assert clock.elapsed == 5


@pytest.mark.parametrize(
    "wait",
    [
        _until_later, _until_later_by_the_wall, _elapsed, _left, _nanoseconds, _dates, _beside_a_thread, _on_the_loop,
        _flag_of_a_timer, _flag_of_a_thread, _event_without_patience, _event, _queue, _thread,
    ],
)  # fmt: skip
def test_a_busy_wait_ends_exactly_at_its_end(wait: Callable[[], None], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        stall, "LONG_COMPUTATION_NS", 60_000_000_000
    )  # measured, it takes some seconds to look so often

    class Watching(Observer):
        busy = 0

        def busy_waited(self) -> None:
            self.busy += 1

    watching = Watching()
    with virtual_time(VirtualClock(wall_ns=1_700_000_000 * 10**9, observer=watching)) as clock:
        wait()
        assert clock.elapsed == 5
    assert watching.busy


def test_a_busy_wait_that_is_to_pass_a_moment_ends_there_as_every_wake_up_is_late() -> None:
    with virtual_time() as clock:
        end = time.monotonic() + 5
        while time.monotonic() <= end:
            pass
        assert clock.elapsed_ns == 5_000_000_000


def test_a_ticker_goes_on_beside_a_busy_wait() -> None:
    ticks: list[float] = []

    async def tick() -> None:
        while True:
            await asyncio.sleep(1)
            ticks.append(time.monotonic() - start)

    async def main() -> None:
        ticker = asyncio.create_task(tick())
        while time.monotonic() - start < 3.5:
            await asyncio.sleep(0)
        ticker.cancel()

    with virtual_time() as clock:
        start = time.monotonic()
        asyncio.run(main())
        assert clock.elapsed == 3.5
    assert ticks == [1.0, 2.0, 3.0]


def test_to_read_the_clock_very_often_is_no_busy_wait() -> None:
    with virtual_time() as clock:
        for _ in range(100_000):
            time.perf_counter()
        for _ in range(30):
            time.monotonic_ns()
        dt.datetime.now()  # noqa: DTZ005
        assert clock.elapsed == 0


def test_what_a_thread_outside_of_virtual_time_looks_at_is_no_busy_wait() -> None:
    begin = threading.Event()
    read: list[float] = []
    items: queue.Queue[int] = queue.Queue()

    def look() -> None:
        begin.wait()
        for _ in range(11_000):
            dt.datetime.now()  # noqa: DTZ005
            time.monotonic()
            lock.acquire(blocking=False)
            with contextlib.suppress(queue.Empty):
                items.get_nowait()
        read.append(time.time())
        read.append(dt.datetime.now().timestamp())  # noqa: DTZ005

    thread = threading.Thread(target=look)
    thread.start()
    before = time.time()
    with virtual_time(VirtualClock(wall_ns=0)) as clock:
        lock = threading.Lock()
        lock.acquire()
        begin.set()
        thread.join()
        assert clock.elapsed == 0
        assert clock.runtime.clock.looks < 10  # this very thread may look, as it joins the other
    assert before <= read[0] <= read[1] <= time.time(), "it keeps the real clock"


def test_to_yield_very_often_is_no_busy_wait_when_there_is_nothing_to_wait_for() -> None:
    async def main() -> None:
        for _ in range(200_000):
            await asyncio.sleep(0)

    with virtual_time() as clock:
        asyncio.run(main())
        assert clock.elapsed == 0


def test_a_timer_that_is_near_fires_amidst_many_yields_as_they_take_longer_in_real_time() -> None:
    async def main() -> int:
        waiting = asyncio.create_task(asyncio.sleep(0.01))
        yields = 0
        while not waiting.done():
            await asyncio.sleep(0)
            yields += 1
        return yields

    with virtual_time() as clock:
        assert 5_000 < asyncio.run(main()) < 10_000
        assert clock.elapsed == 0.01


def test_a_timer_that_is_far_does_not_fire_amidst_yields() -> None:
    async def main() -> None:
        async with asyncio.timeout(1):
            for _ in range(90_000):
                await asyncio.sleep(0)

    with virtual_time() as clock:
        asyncio.run(main())
        assert clock.elapsed == 0


@pytest.mark.parametrize("seconds", [-1, float("nan"), float("inf"), 1e10, "1", None])
def test_time_sleep_refuses_what_the_real_one_refuses(seconds: float) -> None:
    with pytest.raises((ValueError, OverflowError, TypeError)) as real:
        time.sleep(seconds)
    with virtual_time(), pytest.raises(type(real.value)) as virtual:
        time.sleep(seconds)
    assert str(virtual.value) == str(real.value)


def _outcome_of_sleep(seconds: float) -> str:
    """Say whether ``asyncio.sleep(seconds)`` ends soon, and how."""

    async def main() -> str:
        done, _pending = await asyncio.wait([asyncio.create_task(asyncio.sleep(seconds))], timeout=0.05)
        return repr([task.exception() for task in done])

    return asyncio.run(main())


_NAN = [float("nan")] if sys.version_info >= (3, 13) else []
"""Before 3.13 it depends on what else is in the stock loop's heap when such a timer fires."""


@pytest.mark.parametrize("seconds", [0, -1, *_NAN, float("inf"), float("-inf"), 1e9, 1e-9])
def test_asyncio_sleep_takes_odd_numbers_as_the_stock_loop_does(seconds: float) -> None:
    real = _outcome_of_sleep(seconds)
    with virtual_time():
        assert _outcome_of_sleep(seconds) == real


def test_a_sleep_of_1e9_seconds_ends_at_once() -> None:
    with virtual_time() as clock:
        asyncio.run(asyncio.sleep(1e9))
        time.sleep(1e9)
        assert clock.elapsed == 2e9
