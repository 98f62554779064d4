"""Makes a task of the second run too and goes on at once, so that four comes before fn2() is done.

loses: test_moments, test_five_seconds
"""

import asyncio


async def fn2():
    await asyncio.sleep(1)
    print("two")
    await asyncio.sleep(1)
    print("three")


async def fn():
    asyncio.create_task(fn2())
    print("one")
    await asyncio.sleep(1)
    asyncio.create_task(fn2())
    print("four")
    await asyncio.sleep(1)
    print("five")
    await asyncio.sleep(1)


asyncio.run(fn())
