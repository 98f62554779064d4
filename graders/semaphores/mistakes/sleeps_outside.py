"""Holds its place for the two lines alone, and waits between them without it.

loses: test_never_more_than_the_limit, test_as_many_as_may_be, test_place_is_given_back, test_whole_program
"""

import asyncio


async def fetch(number: int, seconds: float, semaphore: asyncio.Semaphore) -> int:
    async with semaphore:
        print(f"{number} begins")
    await asyncio.sleep(seconds)
    async with semaphore:
        print(f"{number} ends")
    return number * 10


async def fetch_all(delays: list[float], limit: int) -> list[int]:
    semaphore = asyncio.Semaphore(limit)
    fetches = [fetch(number, seconds, semaphore) for number, seconds in enumerate(delays, start=1)]
    return await asyncio.gather(*fetches)


async def main() -> None:
    print(await fetch_all([3, 1, 1, 2, 1], 2))


if __name__ == "__main__":
    asyncio.run(main())
