"""Thinks that fn2() alone starts a task.

loses: test_loop_stays_free, test_seven_lines, test_moments, test_two_runs_overlap
"""

import asyncio


async def fn2():
    await asyncio.sleep(1)
    print("two")
    await asyncio.sleep(1)
    print("three")


async def fn():
    task = fn2()
    print("one")
    await asyncio.sleep(1)
    await fn2()
    print("four")
    await asyncio.sleep(1)
    print("five")
    await asyncio.sleep(1)


asyncio.run(fn())
