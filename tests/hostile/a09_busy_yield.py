# yields until the clock is late enough
import asyncio


import time


async def func1():
    print("Function 1 started..")
    await wait(2)
    print("Function 1 Ended")


async def func2():
    print("Function 2 started..")
    await wait(3)
    print("Function 2 Ended")


async def func3():
    print("Function 3 started..")
    await wait(1)
    print("Function 3 Ended")


async def wait(seconds):
    end = time.perf_counter() + seconds
    while time.perf_counter() < end:
        await asyncio.sleep(0)


async def main():
    await asyncio.gather(func1(), func2(), func3())
    print("Main Ended..")


asyncio.run(main())
