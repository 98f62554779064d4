"""Runs fn2() beside fn(), and once more within it."""

import asyncio


async def fn2() -> None:
    await asyncio.sleep(1)
    print("two")
    await asyncio.sleep(1)
    print("three")


async def fn() -> None:
    task = asyncio.create_task(fn2())
    print("one")
    await asyncio.sleep(1)
    await fn2()
    print("four")
    await asyncio.sleep(1)
    print("five")
    await asyncio.sleep(1)
    await task


if __name__ == "__main__":
    asyncio.run(fn())
