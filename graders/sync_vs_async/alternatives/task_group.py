"""Makes breakfast with a TaskGroup."""

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
    async with asyncio.TaskGroup() as group:
        group.create_task(make_async("tea", 3))
        group.create_task(make_async("toast", 2))
    print("async breakfast is served")


if __name__ == "__main__":
    breakfast()
    asyncio.run(breakfast_async())
