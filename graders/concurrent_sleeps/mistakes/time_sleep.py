"""Waits with time.sleep, which stops the whole event loop, gather or not.

loses: test_loop_stays_free, test_all_start_at_once, test_shortest_wait_ends_first, test_longest_wait_not_sum, test_functions_do_the_work
"""

import asyncio
import time


async def func1():
    print("Function 1 started..")
    time.sleep(2)
    print("Function 1 Ended")


async def func2():
    print("Function 2 started..")
    time.sleep(3)
    print("Function 2 Ended")


async def func3():
    print("Function 3 started..")
    time.sleep(1)
    print("Function 3 Ended")


async def main():
    await asyncio.gather(func1(), func2(), func3())
    print("Main Ended..")


asyncio.run(main())
