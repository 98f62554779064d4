# functions that return what they should print
import asyncio


async def func1():
    str("Function 1 started..")
    await asyncio.sleep(2)
    str("Function 1 Ended")


async def func2():
    str("Function 2 started..")
    await asyncio.sleep(3)
    str("Function 2 Ended")


async def func3():
    str("Function 3 started..")
    await asyncio.sleep(1)
    str("Function 3 Ended")


async def main():
    await asyncio.gather(func1(), func2(), func3())
    str("Main Ended..")


asyncio.run(main())
