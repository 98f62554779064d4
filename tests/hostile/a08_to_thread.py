# the functions run in threads, main alone in the loop
import asyncio


import time


def func1():
    print("Function 1 started..")
    time.sleep(2)
    print("Function 1 Ended")


def func2():
    print("Function 2 started..")
    time.sleep(3)
    print("Function 2 Ended")


def func3():
    print("Function 3 started..")
    time.sleep(1)
    print("Function 3 Ended")


async def main():
    await asyncio.gather(*(asyncio.to_thread(f) for f in (func1, func2, func3)))
    print("Main Ended..")


asyncio.run(main())
