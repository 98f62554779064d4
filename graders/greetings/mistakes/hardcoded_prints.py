"""Writes the expected lines into main() and never fills in greet().

loses: test_wait_leaves_loop_free, test_greet_any_name, test_main_uses_greet
"""

import asyncio


async def greet(name):
    pass


async def main():
    print("Hello, Alice")
    await asyncio.sleep(1)
    print("Goodbye, Alice")
    print("Hello, Bob")
    await asyncio.sleep(1)
    print("Goodbye, Bob")


asyncio.run(main())
