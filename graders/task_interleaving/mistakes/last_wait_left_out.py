"""Ends right after "five": a wait that prints nothing seems not to matter.

loses: test_five_seconds
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
    await fn2()
    print("four")
    await asyncio.sleep(1)
    print("five")


asyncio.run(fn())
