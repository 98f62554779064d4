"""Awaits the functions one after the other: each waits until the one before it is done.

loses: test_three_at_a_time, test_all_start_at_once, test_shortest_wait_ends_first, test_longest_wait_not_sum, test_functions_do_the_work
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
    await func1()
    await func2()
    await func3()
    print("Main Ended..")


asyncio.run(main())
