"""A task group; main() has another name, and a guard."""

import asyncio


async def func1() -> None:
    print("Function 1 started..")
    await asyncio.sleep(2)
    print("Function 1 Ended")


async def func2() -> None:
    print("Function 2 started..")
    await asyncio.sleep(3)
    print("Function 2 Ended")


async def func3() -> None:
    print("Function 3 started..")
    await asyncio.sleep(1)
    print("Function 3 Ended")


async def start() -> None:
    async with asyncio.TaskGroup() as group:
        for function in (func1, func2, func3):
            group.create_task(function())
    print("Main Ended..")


if __name__ == "__main__":
    asyncio.run(start())
