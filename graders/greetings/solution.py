"""Greets Alice, then Bob."""

import asyncio


async def greet(name: str) -> None:
    print(f"Hello, {name}")
    await asyncio.sleep(1)
    print(f"Goodbye, {name}")


async def main() -> None:
    await greet("Alice")
    await greet("Bob")


if __name__ == "__main__":
    asyncio.run(main())
