"""Prints what a timetable says, and never calls the functions that do the work.

loses: test_sync_takes_the_sum, test_async_takes_the_longest
"""

import asyncio
import time


def make(what: str, seconds: float) -> None:
    time.sleep(seconds)
    print(f"{what} is ready")


def breakfast() -> None:
    time.sleep(3)
    print("tea is ready")
    time.sleep(2)
    print("toast is ready")
    print("sync breakfast is served")


async def make_async(what: str, seconds: float) -> None:
    await asyncio.sleep(seconds)
    print(f"{what} is ready")


async def breakfast_async() -> None:
    await asyncio.sleep(2)
    print("toast is ready")
    await asyncio.sleep(1)
    print("tea is ready")
    print("async breakfast is served")


if __name__ == "__main__":
    breakfast()
    asyncio.run(breakfast_async())
