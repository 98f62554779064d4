"""Calls main() as an ordinary function: no event loop ever runs it.

loses: test_everything_is_awaited, test_alice_then_bob, test_one_second_each, test_main_uses_greet
"""

import asyncio


async def greet(name):
    print(f"Hello, {name}")
    await asyncio.sleep(1)
    print(f"Goodbye, {name}")


async def main():
    await greet("Alice")
    await greet("Bob")


main()
