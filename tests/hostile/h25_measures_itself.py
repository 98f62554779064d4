# measures how long it takes, and tells on standard error
import asyncio


import sys
import time


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
    start = time.perf_counter()
    await asyncio.gather(func1(), func2(), func3())
    print("Main Ended..")
    print(f"took {time.perf_counter() - start:.1f} s", file=sys.stderr)


asyncio.run(main())
