"""Thinks that calling a coroutine function runs it, as with any other function.

loses: test_everything_is_awaited, test_alice_then_bob, test_one_second_each, test_main_uses_greet
"""

import asyncio


async def greet(name):
    print(f"Hello, {name}")
    await asyncio.sleep(1)
    print(f"Goodbye, {name}")


async def main():
    greet("Alice")
    greet("Bob")


asyncio.run(main())
