"""Both runs are tasks: at 2 s the first one wakes up before the second."""

import asyncio


async def fn2() -> None:
    await asyncio.sleep(1)
    print("two")
    await asyncio.sleep(1)
    print("three")


async def main() -> None:
    first = asyncio.create_task(fn2())
    print("one")
    await asyncio.sleep(1)
    second = asyncio.create_task(fn2())
    await second
    print("four")
    await asyncio.sleep(1)
    print("five")
    await asyncio.sleep(1)
    await first


asyncio.run(main())
