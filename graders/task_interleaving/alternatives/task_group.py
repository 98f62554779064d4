"""A task group holds the task, and main() has another name."""

import asyncio


async def fn2() -> None:
    await asyncio.sleep(1)
    print("two")
    await asyncio.sleep(1)
    print("three")


async def start() -> None:
    async with asyncio.TaskGroup() as group:
        group.create_task(fn2())
        print("one")
        await asyncio.sleep(1)
        await fn2()
        print("four")
        await asyncio.sleep(1)
        print("five")
        await asyncio.sleep(1)


asyncio.run(start())
