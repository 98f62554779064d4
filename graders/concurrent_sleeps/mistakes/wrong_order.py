"""Prints that main ended before it awaits the tasks: they run, but main's last line comes first.

loses: test_shortest_wait_ends_first
"""

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
    print("Function 3 Ended")


async def main():
    tasks = [asyncio.create_task(func1()), asyncio.create_task(func2()), asyncio.create_task(func3())]
    print("Main Ended..")
    for task in tasks:
        await task


asyncio.run(main())
