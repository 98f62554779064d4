"""Waits with time.sleep inside coroutines: while one waits, none can run.

loses: test_loop_stays_free, test_moments, test_two_runs_overlap, test_five_seconds
"""

import asyncio
import time


async def fn():
    task = asyncio.create_task(fn2())
    print("one")
    time.sleep(1)
    await fn2()
    print("four")
    time.sleep(1)
    print("five")
    time.sleep(1)


async def fn2():
    time.sleep(1)
    print("two")
    time.sleep(1)
    print("three")


asyncio.run(fn())
