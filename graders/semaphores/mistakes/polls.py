"""Looks every tenth of a second whether there is a place.

loses: test_as_many_as_may_be
"""

import asyncio


async def fetch(number: int, seconds: float, semaphore: asyncio.Semaphore) -> int:
    while semaphore.locked():
        await asyncio.sleep(0.1)
    async with semaphore:
        print(f"{number} begins")
        await asyncio.sleep(seconds)
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
