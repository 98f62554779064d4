"""Waits in a function of its own."""

import asyncio


async def pause() -> None:
    await asyncio.sleep(1)


async def fn2() -> None:
    await pause()
    print("two")
    await pause()
    print("three")


async def fn() -> None:
    task = asyncio.create_task(fn2())
    print("one")
    await pause()
    await fn2()
    print("four")
    await pause()
    print("five")
    await pause()
    await task


if __name__ == "__main__":
    asyncio.run(fn())
