# writes to sys.stdout
import asyncio


import sys


async def func1():
    sys.stdout.write("Function 1 started..\n")
    await asyncio.sleep(2)
    sys.stdout.write("Function 1 Ended\n")


async def func2():
    sys.stdout.write("Function 2 started..\n")
    await asyncio.sleep(3)
    sys.stdout.write("Function 2 Ended\n")


async def func3():
    sys.stdout.write("Function 3 started..\n")
    await asyncio.sleep(1)
    sys.stdout.write("Function 3 Ended\n")


async def main():
    await asyncio.gather(func1(), func2(), func3())
    print("Main Ended..")


asyncio.run(main())
