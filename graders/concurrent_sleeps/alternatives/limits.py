"""A limit on each function and one on all of them."""

import asyncio


async def func1() -> None:
    print("Function 1 started..")
    await asyncio.sleep(2)
    print("Function 1 Ended")


async def func2() -> None:
    print("Function 2 started..")
    await asyncio.sleep(3)
    print("Function 2 Ended")


async def func3() -> None:
    print("Function 3 started..")
    await asyncio.sleep(1)
    print("Function 3 Ended")


async def main() -> None:
    async with asyncio.timeout(10):
        await asyncio.gather(*(asyncio.wait_for(function(), 5) for function in (func1, func2, func3)))
    print("Main Ended..")


asyncio.run(main())
