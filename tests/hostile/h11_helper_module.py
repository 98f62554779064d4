# a second module next to it
import asyncio

from helpers import say


async def func1():
    say("Function 1 started..")
    await asyncio.sleep(2)
    say("Function 1 Ended")


async def func2():
    say("Function 2 started..")
    await asyncio.sleep(3)
    say("Function 2 Ended")


async def func3():
    say("Function 3 started..")
    await asyncio.sleep(1)
    say("Function 3 Ended")


async def main():
    await asyncio.gather(func1(), func2(), func3())
    print("Main Ended..")


asyncio.run(main())
