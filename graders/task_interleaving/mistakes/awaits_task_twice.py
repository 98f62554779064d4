"""Awaits the task again, and thinks that this runs fn2() a second time.

loses: test_seven_lines, test_moments, test_two_runs_overlap, test_five_seconds
"""

import asyncio


async def fn2():
    await asyncio.sleep(1)
    print("two")
    await asyncio.sleep(1)
    print("three")


async def fn():
    task = asyncio.create_task(fn2())
    print("one")
    await asyncio.sleep(1)
    await task
    print("four")
    await asyncio.sleep(1)
    print("five")
    await asyncio.sleep(1)


asyncio.run(fn())
