# looks at the clock until it is late enough, and lets nobody else run
import asyncio


import time


async def func1():
    print("Function 1 started..")
    wait(2)
    print("Function 1 Ended")


async def func2():
    print("Function 2 started..")
    wait(3)
    print("Function 2 Ended")


async def func3():
    print("Function 3 started..")
    wait(1)
    print("Function 3 Ended")


def wait(seconds):
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        pass


async def main():
    await asyncio.gather(func1(), func2(), func3())
    print("Main Ended..")


asyncio.run(main())
