"""Writes a good greet(), and then prints everything again in main() instead of calling it.

loses: test_main_uses_greet
"""

import asyncio


async def greet(name):
    print(f"Hello, {name}")
    await asyncio.sleep(1)
    print(f"Goodbye, {name}")


async def main():
    print("Hello, Alice")
    await asyncio.sleep(1)
    print("Goodbye, Alice")
    print("Hello, Bob")
    await asyncio.sleep(1)
    print("Goodbye, Bob")


asyncio.run(main())
