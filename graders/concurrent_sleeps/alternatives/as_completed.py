"""Takes the results as they come; the three may start in any order."""

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
    for done in asyncio.as_completed([func1(), func2(), func3()]):
        await done
    print("Main Ended..")


asyncio.run(main())
