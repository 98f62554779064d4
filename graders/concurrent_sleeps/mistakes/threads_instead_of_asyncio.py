"""Moves plain functions into threads, one after the other: no coroutine, and nothing overlaps.

loses: test_loop_stays_free, test_three_at_a_time, test_seven_lines, test_all_start_at_once, test_shortest_wait_ends_first, test_longest_wait_not_sum, test_each_function_alone
"""

import asyncio
import time


def func1():
    print("Function 1 started..")
    time.sleep(2)
    print("Function 1 Ended")


def func2():
    print("Function 2 started..")
    time.sleep(3)
    print("Function 2 Ended")


def func3():
    print("Function 3 started..")
    time.sleep(1)
    print("Function 3 Ended")


async def main():
    await asyncio.to_thread(func1)
    await asyncio.to_thread(func2)
    await asyncio.to_thread(func3)
    print("Main Ended..")


asyncio.run(main())
