# with time limits that are not reached
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
    async with asyncio.timeout(10):
        await asyncio.wait_for(asyncio.gather(func1(), asyncio.wait_for(func2(), 5), func3()), 8)
    print("Main Ended..")


asyncio.run(main())
