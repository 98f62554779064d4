"""Takes the wait out of the functions and into main(), after them.

loses: test_shortest_wait_ends_first, test_functions_do_the_work, test_each_function_alone
"""

import asyncio


async def func1():
    print("Function 1 started..")
    print("Function 1 Ended")


async def func2():
    print("Function 2 started..")
    print("Function 2 Ended")


async def func3():
    print("Function 3 started..")
    print("Function 3 Ended")


async def main():
    await asyncio.gather(func1(), func2(), func3())
    await asyncio.sleep(3)
    print("Main Ended..")


asyncio.run(main())
