"""Writes asyncio.sleep(1) without await, so that nothing waits.

loses: test_everything_is_awaited, test_wait_leaves_loop_free, test_one_second_each
"""

import asyncio


async def greet(name):
    print(f"Hello, {name}")
    asyncio.sleep(1)
    print(f"Goodbye, {name}")


async def main():
    await greet("Alice")
    await greet("Bob")


asyncio.run(main())
