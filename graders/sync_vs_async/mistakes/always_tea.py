"""Makes tea in three seconds, whatever is asked for.

loses: test_anything_can_be_made
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
    if what == "tea":
        await asyncio.sleep(3)
        print("tea is ready")
    else:
        await asyncio.sleep(2)
        print("toast is ready")


async def breakfast_async() -> None:
    await asyncio.gather(make_async("tea", 3), make_async("toast", 2))
    print("async breakfast is served")


if __name__ == "__main__":
    breakfast()
    asyncio.run(breakfast_async())
