"""Prints that it stops behind the loop, where it never comes.

loses: test_counts_until_cancelled, test_cleans_up_and_ends, test_one_after_the_other, test_whole_program
"""

import asyncio
from contextlib import suppress
from itertools import count as numbers


async def count(name: str) -> None:
    for number in numbers(1):
        print(f"{name} {number}")
        await asyncio.sleep(1)
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
