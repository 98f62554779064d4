"""Stops the loop in fetch(), where no timeout can interrupt it.

loses: test_too_late, test_all_at_the_same_time, test_whole_program
"""

import asyncio
import time


async def fetch(city: str, seconds: float) -> str:
    time.sleep(seconds)
    return f"sunny in {city}"


async def ask(city: str, seconds: float) -> str:
    try:
        async with asyncio.timeout(2):
            return await fetch(city, seconds)
    except TimeoutError:
        return f"no answer from {city}"


async def main() -> None:
    answers = await asyncio.gather(ask("Oslo", 1), ask("Rome", 5), ask("Lima", 2.5))
    for answer in answers:
        print(answer)
    print("done")


if __name__ == "__main__":
    asyncio.run(main())
