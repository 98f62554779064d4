"""A helper that prints, a limit on each greeting, a runner instead of asyncio.run."""

import asyncio


def say(word: str, name: str) -> None:
    print(word + ", " + name)


async def greet(name: str) -> None:
    say("Hello", name)
    await asyncio.wait_for(asyncio.sleep(1), timeout=5)
    say("Goodbye", name)


async def main() -> None:
    async with asyncio.timeout(10):
        await asyncio.gather(greet("Alice"))
    await asyncio.wait_for(greet("Bob"), timeout=10)


with asyncio.Runner() as runner:
    runner.run(main())
