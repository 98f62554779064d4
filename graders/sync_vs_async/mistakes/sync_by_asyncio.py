"""Runs an event loop where time.sleep is asked for.

loses: test_anything_can_be_made
"""

import asyncio


def make(what: str, seconds: float) -> None:
    asyncio.run(make_async(what, seconds))


def breakfast() -> None:
    make("tea", 3)
    make("toast", 2)
    print("sync breakfast is served")


async def make_async(what: str, seconds: float) -> None:
    await asyncio.sleep(seconds)
    print(f"{what} is ready")


async def breakfast_async() -> None:
    await asyncio.gather(make_async("tea", 3), make_async("toast", 2))
    print("async breakfast is served")


if __name__ == "__main__":
    breakfast()
    asyncio.run(breakfast_async())
