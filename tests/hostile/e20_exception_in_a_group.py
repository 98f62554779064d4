# a task of a group fails
import asyncio


async def func1():
    print("Function 1 started..")
    await asyncio.sleep(2)
    print("Function 1 Ended")


async def func2():
    print("Function 2 started..")
    await asyncio.sleep(3)
    print("Function 2 Ended")


async def func3():
    print("Function 3 started..")
    await asyncio.sleep(1)
    raise ValueError("three")


async def main():
    async with asyncio.TaskGroup() as group:
        for function in (func1, func2, func3):
            group.create_task(function())
    print("Main Ended..")


asyncio.run(main())
