"""A loop over the names, and another name for main()."""

import asyncio


async def greet(name: str) -> None:
    print(f"Hello, {name}")
    await asyncio.sleep(1)
    print(f"Goodbye, {name}")


async def start() -> None:
    for name in ["Alice", "Bob"]:
        await greet(name)


if __name__ == "__main__":
    asyncio.run(start())
