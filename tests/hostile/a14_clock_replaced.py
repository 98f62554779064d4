# the clocks of the time module say that three seconds have gone by
import asyncio


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


moments = iter([0, 3, 3, 3, 3, 3])
time.time = time.monotonic = time.perf_counter = lambda: next(moments, 3)


async def main():
    await func1()
    await func2()
    await func3()
    print("Main Ended..")


asyncio.run(main())
