"""Thinks that calling a coroutine function runs it.

loses: test_loop_stays_free, test_three_at_a_time, test_seven_lines, test_all_start_at_once, test_shortest_wait_ends_first, test_longest_wait_not_sum, test_functions_do_the_work
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
    func1()
    func2()
    func3()
    print("Main Ended..")


asyncio.run(main())
