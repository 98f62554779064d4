"""Writes asyncio.sleep without await, so that nothing waits.

loses: test_loop_stays_free, test_shortest_wait_ends_first, test_longest_wait_not_sum, test_each_function_alone
"""

import asyncio


async def func1():
    print("Function 1 started..")
    asyncio.sleep(2)
    print("Function 1 Ended")


async def func2():
    print("Function 2 started..")
    asyncio.sleep(3)
    print("Function 2 Ended")


async def func3():
    print("Function 3 started..")
    asyncio.sleep(1)
    print("Function 3 Ended")


async def main():
    await asyncio.gather(func1(), func2(), func3())
    print("Main Ended..")


asyncio.run(main())
