"""Prints "Hello Alice" where "Hello, Alice" was asked for.

loses: test_alice_then_bob, test_one_second_each, test_greet_any_name
"""

import asyncio


async def greet(name):
    print("Hello", name)
    await asyncio.sleep(1)
    print("Goodbye", name)


async def main():
    await greet("Alice")
    await greet("Bob")


asyncio.run(main())
