"""Threads in virtual time: what they print, in which order, and after how long."""

from __future__ import annotations

import _thread
import asyncio
import threading
import time
from typing import TYPE_CHECKING

import pytest

from pytest_asyncgrade.virtualtime import DeadlockError, VirtualTimeLoop, virtual_time

from .thread_programs import PROGRAMS

if TYPE_CHECKING:
    from collections.abc import Callable

    from .thread_programs import Log


@pytest.mark.parametrize("program", PROGRAMS, ids=lambda program: program.__name__)
def test_a_program_with_threads_takes_exactly_its_time(program: Callable[[Log], None]) -> None:
    log: Log = []
    with virtual_time():
        program(log)
    assert log == PROGRAMS[program]


def test_threads_start_and_end_as_in_real_time() -> None:
    def work(log: Log, number: int) -> None:
        log.append(f"begin {number}")
        time.sleep(number / 4)  # far enough apart for a busy machine
        log.append(f"end {number}")

    def program(log: Log) -> None:
        threads = [threading.Thread(target=work, args=(log, number)) for number in (3, 1, 2)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

    real: Log = []
    program(real)
    virtual: Log = []
    with virtual_time():
        program(virtual)
    assert virtual == real


def test_a_thread_that_takes_real_time_to_end_costs_no_virtual_time() -> None:
    slowly = time.sleep

    class Slow(threading.Thread):
        def _bootstrap(self) -> None:
            super()._bootstrap()  # type: ignore[misc]  # until here it takes part in virtual time
            slowly(0.2)

    with virtual_time() as clock:
        done = threading.Event()
        waiting = threading.Thread(target=done.wait, daemon=True)
        waiting.start()
        slow = Slow(target=time.sleep, args=(1,))
        slow.start()
        slow.join()
        assert clock.elapsed == 1
        done.set()
        waiting.join()


def test_a_thread_that_spins_on_a_flag_without_a_lock_does_not_hang() -> None:
    flag: list[int] = []

    def work() -> None:
        time.sleep(60)
        flag.append(1)

    with virtual_time() as clock:
        threading.Thread(target=work).start()
        while not flag:
            time.sleep(0)
        assert clock.elapsed == 60


def test_the_low_level_module_starts_threads_in_virtual_time_too() -> None:
    with virtual_time() as clock:
        lock = _thread.allocate_lock()
        lock.acquire()

        def work() -> None:
            time.sleep(7)
            lock.release()

        _thread.start_new_thread(work, ())
        lock.acquire()
        assert clock.elapsed == 7


def test_join_threads_waits_for_threads_that_are_no_daemons() -> None:
    with virtual_time() as clock:
        threading.Thread(target=time.sleep, args=(9,)).start()
        threading.Thread(target=time.sleep, args=(99,), daemon=True).start()
        clock.join_threads()
        assert clock.elapsed == 9


def test_a_thread_left_behind_goes_on_in_real_time() -> None:
    with virtual_time():
        done = threading.Event()
        go = threading.Lock()
        go.acquire()

        def work() -> None:
            with go:
                done.set()

        thread = threading.Thread(target=work)
        thread.start()
    go.release()
    thread.join()
    assert done.is_set()


def test_a_lock_made_in_virtual_time_is_a_real_lock_afterwards() -> None:
    with virtual_time():
        lock = threading.Lock()
        lock.acquire()
    assert not lock.acquire(timeout=0.01)
    lock.release()
    assert lock.acquire(timeout=0.01)


def test_a_thread_from_before_keeps_real_time() -> None:
    readings: list[float] = []
    go, done = threading.Event(), threading.Event()

    def work() -> None:
        go.wait()
        start = time.monotonic()
        time.sleep(0.02)
        readings.append(time.monotonic() - start)
        done.set()

    thread = threading.Thread(target=work)
    thread.start()
    with virtual_time() as clock:
        go.set()
        thread.join()
        assert done.is_set()
        assert clock.elapsed < 1
    assert 0.02 <= readings[0] < 1


def test_a_loop_alone_waits_for_its_executor_in_real_time() -> None:
    def work() -> str:
        time.sleep(0.03)
        return "done"

    async def main() -> str:
        return await asyncio.wait_for(asyncio.to_thread(work), 10)

    with asyncio.Runner(loop_factory=VirtualTimeLoop) as runner:
        assert runner.run(main()) == "done"


def test_threads_that_wait_for_each_other_are_a_deadlock() -> None:
    with virtual_time() as clock:
        first, second = threading.Lock(), threading.Lock()

        def work(one: threading.Lock, other: threading.Lock) -> None:
            with one:
                time.sleep(1)
                with other:
                    pass

        threads = [threading.Thread(target=work, args=locks) for locks in ((first, second), (second, first))]
        for thread in threads:
            thread.start()
        with pytest.raises(DeadlockError, match="for a lock held by thread Thread-"):
            threads[0].join()
        assert clock.elapsed == 1


def test_everything_is_undone() -> None:
    modules = [time, threading, _thread, asyncio, asyncio.events, threading.Thread, VirtualTimeLoop]
    before = [dict(vars(module)) for module in modules]
    with virtual_time():
        asyncio.run(asyncio.to_thread(time.sleep, 1))
    assert [dict(vars(module)) for module in modules] == before
