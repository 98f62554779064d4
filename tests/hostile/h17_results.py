# functions that also return something
import asyncio


async def func1():
    print("Function 1 started..")
    await asyncio.sleep(2)
    print("Function 1 Ended")
    return "done"


async def func2():
    print("Function 2 started..")
    await asyncio.sleep(3)
    print("Function 2 Ended")
    return "done"


async def func3():
    print("Function 3 started..")
    await asyncio.sleep(1)
    print("Function 3 Ended")
    return "done"


async def main():
    results = await asyncio.gather(func1(), func2(), func3(), return_exceptions=True)
    assert results == ["done"] * 3
    print("Main Ended..")


asyncio.run(main())
