"""Thinks that asyncio.sleep waits by itself.

loses: test_async_takes_the_longest, test_async_leaves_the_loop_free, test_anything_can_be_made, test_whole_program
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
    asyncio.sleep(seconds)
    print(f"{what} is ready")


async def breakfast_async() -> None:
    await asyncio.gather(make_async("tea", 3), make_async("toast", 2))
    print("async breakfast is served")


if __name__ == "__main__":
    breakfast()
    asyncio.run(breakfast_async())
