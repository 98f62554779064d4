"""The programs that are measured, each with its unit: the stock loop doing the same number of steps without waiting.

A program is a coroutine function; `wait` is how long one of its waits takes: a random number of seconds for the loops
in virtual time, 0 for the unit.  So a ratio says what a wait costs above a bare step of the stock loop.
"""

from __future__ import annotations

import asyncio
import random
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine

_SEED = 20


@dataclass(frozen=True)
class Row:
    """One row of the table: a program, its unit, and the ratio we aim at."""

    name: str
    work: Callable[[], Coroutine[None, None, None]]
    unit: Callable[[], Coroutine[None, None, None]]
    aim: float


async def _sequential(n: int, delay: float) -> None:
    for _ in range(n):
        await asyncio.sleep(delay)


async def _tasks(n: int, delays: Callable[[], float]) -> None:
    async def ten_sleeps() -> None:
        for _ in range(10):
            await asyncio.sleep(delays())

    async with asyncio.TaskGroup() as group:
        for _ in range(n):
            group.create_task(ten_sleeps())


def _nothing() -> None:
    pass


async def _timers(n: int) -> None:
    loop = asyncio.get_running_loop()
    delays = random.Random(_SEED).random
    for _ in range(n):
        loop.call_later(delays(), _nothing)
    await asyncio.sleep(2)


async def _soon(n: int) -> None:
    loop = asyncio.get_running_loop()
    delays = random.Random(_SEED).random
    for _ in range(n):
        delays()
        loop.call_soon(_nothing)
    await asyncio.sleep(0)


async def _gather(n: int, delay: float) -> None:
    await asyncio.gather(*(asyncio.sleep(delay) for _ in range(n)))


async def _wait_for(n: int, delay: float) -> None:
    for _ in range(n):
        await asyncio.wait_for(asyncio.sleep(delay), 2)


async def read_the_clock() -> None:
    """Read ``time.perf_counter()`` 100,000 times, looked up anew as a student's program does."""
    for _ in range(100_000):
        time.perf_counter()


def _zero(random_float: Callable[[], float]) -> Callable[[], float]:
    return lambda: random_float() * 0


def _random() -> Callable[[], float]:
    return random.Random(_SEED).random


ROWS = (
    Row("100k sequential sleeps", lambda: _sequential(100_000, 1), lambda: _sequential(100_000, 0), 1.5),
    Row("10k tasks x 10 random sleeps", lambda: _tasks(10_000, _random()), lambda: _tasks(10_000, _zero(_random())), 3),
    Row("100k call_later timers", lambda: _timers(100_000), lambda: _soon(100_000), 3),
    Row("gather of 100k", lambda: _gather(100_000, 1), lambda: _gather(100_000, 0), 1.3),
    Row("wait_for 20k", lambda: _wait_for(20_000, 1), lambda: _wait_for(20_000, 0), 1.2),
    Row("1M timers", lambda: _timers(1_000_000), lambda: _soon(1_000_000), 3.5),
)


async def _short_tasks(n: int) -> None:
    async def nothing() -> None:
        pass

    async with asyncio.TaskGroup() as group:
        for _ in range(n):
            group.create_task(nothing())


async def _printing_tasks(n: int) -> None:
    async def greet(name: int) -> None:
        print("Hello,", name)
        await asyncio.sleep(1)
        print("Goodbye,", name)

    async with asyncio.TaskGroup() as group:
        for name in range(n):
            group.create_task(greet(name))


RECORDED: dict[str, Callable[[], Coroutine[None, None, None]]] = {
    "100k sequential sleeps": lambda: _sequential(100_000, 1),
    "10k tasks x 10 random sleeps": lambda: _tasks(10_000, _random()),
    "10k tasks that print, sleep and print": lambda: _printing_tasks(10_000),
    "20k tasks that sleep once": lambda: _gather(20_000, 1),
    "20k tasks that do nothing": lambda: _short_tasks(20_000),
}
