"""Creates the task after the first wait, together with the second run.

loses: test_moments
"""

import asyncio


async def fn2():
    await asyncio.sleep(1)
    print("two")
    await asyncio.sleep(1)
    print("three")


async def fn():
    print("one")
    await asyncio.sleep(1)
    task = asyncio.create_task(fn2())
    await fn2()
    print("four")
    await asyncio.sleep(1)
    print("five")
    await asyncio.sleep(1)


asyncio.run(fn())
