"""Awaits fn2() where a task was asked for: everything runs one after the other.

loses: test_moments, test_two_runs_overlap, test_five_seconds
"""

import asyncio


async def fn2():
    await asyncio.sleep(1)
    print("two")
    await asyncio.sleep(1)
    print("three")


async def fn():
    await fn2()
    print("one")
    await asyncio.sleep(1)
    await fn2()
    print("four")
    await asyncio.sleep(1)
    print("five")
    await asyncio.sleep(1)


asyncio.run(fn())
