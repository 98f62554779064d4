"""A task for each person, awaited before the next one is created."""

import asyncio


async def greet(name: str) -> None:
    print(f"Hello, {name}")
    await asyncio.sleep(1)
    print(f"Goodbye, {name}")


async def main() -> None:
    alice = asyncio.create_task(greet("Alice"))
    await alice
    async with asyncio.TaskGroup() as group:
        group.create_task(greet("Bob"))


asyncio.run(main())
