"""Sleeps for as long as the tea should take, and does not await it.

loses: test_async_takes_the_longest
"""

import asyncio
import time


def make(what: str, seconds: float) -> None:
    time.sleep(seconds)
    print(f"{what} is ready")


def breakfast() -> None:
    make("tea", 3)
    make("toast", 2)
    print("sync breakfast is served")


async def make_async(what: str, seconds: float) -> None:
    await asyncio.sleep(seconds)
    print(f"{what} is ready")


async def breakfast_async() -> None:
    tasks = [asyncio.create_task(make_async("tea", 3)), asyncio.create_task(make_async("toast", 2))]
    await asyncio.sleep(0)  # now they begin
    await asyncio.sleep(3)
    print("async breakfast is served")


if __name__ == "__main__":
    breakfast()
    asyncio.run(breakfast_async())
