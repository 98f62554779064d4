"""Catches the cancellation, and returns a result all the same.

loses: test_place_is_given_back
"""

import asyncio


async def fetch(number: int, seconds: float, semaphore: asyncio.Semaphore) -> int:
    async with semaphore:
        print(f"{number} begins")
        try:
            await asyncio.sleep(seconds)
            print(f"{number} ends")
        except asyncio.CancelledError:
            print(f"{number} is cancelled")
    return number * 10


async def fetch_all(delays: list[float], limit: int) -> list[int]:
    semaphore = asyncio.Semaphore(limit)
    fetches = [fetch(number, seconds, semaphore) for number, seconds in enumerate(delays, start=1)]
    return await asyncio.gather(*fetches)


async def main() -> None:
    print(await fetch_all([3, 1, 1, 2, 1], 2))


if __name__ == "__main__":
    asyncio.run(main())
