"""Waits with time.sleep, which stops the whole event loop.

loses: test_wait_leaves_loop_free
"""

import asyncio
import time


async def greet(name):
    print(f"Hello, {name}")
    time.sleep(1)
    print(f"Goodbye, {name}")


async def main():
    await greet("Alice")
    await greet("Bob")


asyncio.run(main())
