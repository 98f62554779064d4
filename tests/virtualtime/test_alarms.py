"""Alarms that a program sets ring in virtual time, in the main thread, as on the stock loop in real time."""

from __future__ import annotations

import asyncio
import signal
import threading
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING

import pytest

from pytest_asyncgrade.virtualtime import virtual_time

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from pytest_asyncgrade.virtualtime import VirtualClock

pytestmark = pytest.mark.skipif(not hasattr(signal, "setitimer"), reason="there are no alarms on Windows")


@contextmanager
def _ringing(ring: Callable[..., object]) -> Iterator[VirtualClock]:
    before = signal.signal(signal.SIGALRM, ring)
    try:
        with virtual_time() as clock:
            yield clock
    finally:
        signal.signal(signal.SIGALRM, before)


def _sleep_in_a_thread() -> None:
    thread = threading.Thread(target=time.sleep, args=(3,))
    thread.start()
    thread.join()


def _sleep_while_a_thread_ticks() -> None:
    def tick() -> None:
        for _ in range(20):
            time.sleep(0.1)

    threading.Thread(target=tick).start()
    time.sleep(3)


def _look_at_the_clock() -> None:
    end = time.monotonic() + 3
    while time.monotonic() < end:
        pass


@pytest.mark.parametrize(
    "wait",
    [
        lambda: time.sleep(3),
        lambda: asyncio.run(asyncio.sleep(3)),
        lambda: asyncio.run(asyncio.to_thread(time.sleep, 3)),
        _sleep_in_a_thread,
        _sleep_while_a_thread_ticks,
        _look_at_the_clock,
    ],
    ids=["sleep", "asyncio.sleep", "to_thread", "join", "threads", "busy"],
)
def test_an_alarm_rings_while_the_program_waits(wait: Callable[[], object]) -> None:
    rung: list[float] = []
    with _ringing(lambda *_: rung.append(clock.elapsed)) as clock:
        signal.alarm(1)
        wait()
        assert (rung, clock.elapsed) == ([1], 3)


def test_a_timer_rings_again_and_again() -> None:
    rung: list[float] = []
    with _ringing(lambda *_: rung.append(clock.elapsed)) as clock:
        assert signal.setitimer(signal.ITIMER_REAL, 0.5, 0.25) == (0, 0)
        time.sleep(1.1)
        left = signal.getitimer(signal.ITIMER_REAL)
        assert signal.setitimer(signal.ITIMER_REAL, 0) == left
        time.sleep(5)
    assert (rung, left) == ([0.5, 0.75, 1.0], (0.15, 0.25))


def test_an_exception_out_of_the_handler_ends_the_wait() -> None:
    def late(*_: object) -> None:
        raise TimeoutError

    for wait in (lambda: time.sleep(60), threading.Event().wait, lambda: asyncio.run(asyncio.sleep(60))):
        with _ringing(late) as clock:
            signal.alarm(2)
            with pytest.raises(TimeoutError):
                wait()
            assert clock.elapsed == 2
            time.sleep(1)
            assert clock.elapsed == 3


def test_the_loop_calls_its_handler_of_an_alarm() -> None:
    async def main() -> float:
        loop, rung = asyncio.get_running_loop(), asyncio.Event()
        start = loop.time()
        loop.add_signal_handler(signal.SIGALRM, rung.set)
        signal.setitimer(signal.ITIMER_REAL, 1.5)
        await rung.wait()
        return loop.time() - start

    with virtual_time():
        assert asyncio.run(main()) == 1.5


def test_pause_waits_for_the_alarm() -> None:
    rung: list[float] = []
    with _ringing(lambda *_: rung.append(clock.elapsed)) as clock:
        signal.alarm(7)
        assert signal.alarm(2) == 7
        signal.pause()
        assert (rung, clock.elapsed) == ([2], 2)


def test_no_alarm_rings_after_virtual_time() -> None:
    rung: list[float] = []
    with _ringing(lambda *_: rung.append(1)):
        signal.setitimer(signal.ITIMER_REAL, 0.001)
    assert signal.getitimer(signal.ITIMER_REAL) == (0, 0)
    assert rung == []


def _compute(seconds: float) -> None:
    end = time.process_time() + seconds
    while time.process_time() < end:
        pass


def test_no_alarm_rings_for_computing_after_it_was_disarmed() -> None:
    """Without a handler, such a ring would kill the process."""
    rung: list[float] = []
    before = signal.signal(signal.SIGALRM, lambda *_: rung.append(1))
    with virtual_time():
        for _ in range(3):
            signal.setitimer(signal.ITIMER_REAL, 0.001)
            for _ in range(10**5):
                pass
            signal.setitimer(signal.ITIMER_REAL, 0)
        for _ in range(3 * 10**6):
            pass
        signal.setitimer(signal.ITIMER_REAL, 0.001)
    _compute(0.15)
    signal.signal(signal.SIGALRM, before)
    assert rung == []


def test_what_was_computed_before_an_alarm_was_set_does_not_count() -> None:
    rung: list[float] = []
    with _ringing(lambda *_: rung.append(1)):
        signal.setitimer(signal.ITIMER_REAL, 1000)
        for _ in range(15 * 10**6):
            pass
        signal.setitimer(signal.ITIMER_REAL, 0.3)
        for _ in range(10**6):
            pass
        signal.setitimer(signal.ITIMER_REAL, 0)
    assert rung == []


def test_a_timer_of_the_processor_stays_real() -> None:
    with virtual_time():
        signal.setitimer(signal.ITIMER_VIRTUAL, 100)
        time.sleep(50)
        assert 90 < signal.setitimer(signal.ITIMER_VIRTUAL, 0)[0] < 101


def test_an_alarm_ends_a_program_that_computes() -> None:
    def late(*_: object) -> None:
        raise TimeoutError

    with _ringing(late) as clock:
        signal.setitimer(signal.ITIMER_REAL, 0.05)
        with pytest.raises(TimeoutError):  # noqa: PT012  # an endless loop is what is to end
            while True:
                pass
        assert (clock.elapsed, signal.getitimer(signal.ITIMER_REAL)) == (0, (0, 0))
