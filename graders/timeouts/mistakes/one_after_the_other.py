"""Asks one server after the other.

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
    answers = [await ask("Oslo", 1), await ask("Rome", 5), await ask("Lima", 2.5)]
    for answer in answers:
        print(answer)
    print("done")


if __name__ == "__main__":
    asyncio.run(main())
