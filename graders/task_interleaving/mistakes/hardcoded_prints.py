"""Prints the expected lines in the expected order, all from fn().

loses: test_fn2_alone, test_two_runs_overlap
"""

import asyncio


async def fn2():
    pass


async def fn():
    print("one")
    await asyncio.sleep(1)
    print("two")
    await asyncio.sleep(1)
    print("two")
    print("three")
    await asyncio.sleep(1)
    print("three")
    print("four")
    await asyncio.sleep(1)
    print("five")
    await asyncio.sleep(1)


asyncio.run(fn())
