"""Lets greet() go on to Bob when it has greeted Alice.

loses: test_greet_any_name
"""

import asyncio


async def greet(name: str) -> None:
    print(f"Hello, {name}")
    await asyncio.sleep(1)
    print(f"Goodbye, {name}")
    if name == "Alice":
        await greet("Bob")


async def main() -> None:
    await greet("Alice")


if __name__ == "__main__":
    asyncio.run(main())
