"""Has as many workers as the limit says, and a fetch() that does not ask its semaphore.

loses: test_place_is_given_back
"""

import asyncio


async def fetch(number: int, seconds: float, semaphore: asyncio.Semaphore) -> int:
    print(f"{number} begins")
    await asyncio.sleep(seconds)
    print(f"{number} ends")
    return number * 10


async def fetch_all(delays: list[float], limit: int) -> list[int]:
    semaphore = asyncio.Semaphore(limit)
    pages = iter(enumerate(delays, start=1))
    results = {}

    async def work() -> None:
        for number, seconds in pages:
            results[number] = await fetch(number, seconds, semaphore)

    await asyncio.gather(*(work() for _ in range(limit)))
    return [results[number] for number in sorted(results)]


async def main() -> None:
    print(await fetch_all([3, 1, 1, 2, 1], 2))


if __name__ == "__main__":
    asyncio.run(main())
