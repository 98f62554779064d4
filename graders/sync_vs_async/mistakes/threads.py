"""Makes the async breakfast in threads, with the synchronous function.

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
    await asyncio.gather(asyncio.to_thread(make, "tea", 3), asyncio.to_thread(make, "toast", 2))
    print("async breakfast is served")


if __name__ == "__main__":
    breakfast()
    asyncio.run(breakfast_async())
