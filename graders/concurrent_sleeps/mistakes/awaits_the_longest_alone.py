"""Awaits only the function that is known to take longest.

loses: test_functions_do_the_work
"""

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
    first = asyncio.create_task(func1())
    third = asyncio.create_task(func3())
    await func2()
    print("Main Ended..")


if __name__ == "__main__":
    asyncio.run(main())
