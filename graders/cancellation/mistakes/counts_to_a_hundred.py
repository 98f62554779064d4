"""Counts to a hundred, and not for ever.

loses: test_counts_until_cancelled
"""

import asyncio
from contextlib import suppress


async def count(name: str) -> None:
    try:
        for number in range(1, 101):
            print(f"{name} {number}")
            await asyncio.sleep(1)
    finally:
        print(f"{name} stops")


async def save() -> None:
    print("saving")
    await asyncio.sleep(2)
    print("saved")


async def careful(saving: asyncio.Task[None]) -> None:
    await asyncio.shield(saving)


async def stop(task: asyncio.Task[None]) -> None:
    task.cancel()
    with suppress(asyncio.CancelledError):
        await task


async def main() -> None:
    a = asyncio.create_task(count("a"))
    b = asyncio.create_task(count("b"))
    await asyncio.sleep(1.5)
    await stop(a)
    await asyncio.sleep(1)
    await stop(b)
    saving = asyncio.create_task(save())
    waiting = asyncio.create_task(careful(saving))
    await asyncio.sleep(1)
    await stop(waiting)
    print("cancelled")
    await saving


if __name__ == "__main__":
    asyncio.run(main())
