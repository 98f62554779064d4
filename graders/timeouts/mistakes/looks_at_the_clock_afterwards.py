"""Waits for the answer, however long it takes, and only then looks at the clock.

loses: test_too_late, test_nothing_goes_on, test_all_at_the_same_time
"""

import asyncio


async def fetch(city: str, seconds: float) -> str:
    await asyncio.sleep(seconds)
    return f"sunny in {city}"


async def ask(city: str, seconds: float) -> str:
    try:
        start = asyncio.get_running_loop().time()
        answer = await fetch(city, seconds)
        if asyncio.get_running_loop().time() - start > 2:
            raise TimeoutError
        return answer
    except TimeoutError:
        return f"no answer from {city}"


async def main() -> None:
    answers = await asyncio.gather(ask("Oslo", 1), ask("Rome", 5), ask("Lima", 2.5))
    for answer in answers:
        print(answer)
    print("done")


if __name__ == "__main__":
    asyncio.run(main())
