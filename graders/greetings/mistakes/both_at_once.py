"""Thinks that everything in asyncio has to go through gather, and greets both at the same time.

loses: test_alice_then_bob, test_one_second_each
"""

import asyncio


async def greet(name):
    print(f"Hello, {name}")
    await asyncio.sleep(1)
    print(f"Goodbye, {name}")


async def main():
    await asyncio.gather(greet("Alice"), greet("Bob"))


asyncio.run(main())
