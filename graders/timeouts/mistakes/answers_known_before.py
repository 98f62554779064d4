"""Prints what the servers should say, whatever they say.

loses: test_all_at_the_same_time
"""

import asyncio


async def fetch(city: str, seconds: float) -> str:
    await asyncio.sleep(seconds)
    return f"sunny in {city}"


async def ask(city: str, seconds: float) -> str:
    try:
        async with asyncio.timeout(2):
            return await fetch(city, seconds)
    except TimeoutError:
        return f"no answer from {city}"


async def main() -> None:
    answers = await asyncio.gather(ask("Oslo", 1), ask("Rome", 5), ask("Lima", 2.5))
    assert len(answers) == 3
    print("sunny in Oslo")
    print("no answer from Rome")
    print("no answer from Lima")
    print("done")


if __name__ == "__main__":
    asyncio.run(main())
