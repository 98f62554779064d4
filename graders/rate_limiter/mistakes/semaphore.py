"""Limits how many are fetched at once, not how many begin in a second.

loses: test_even_distances, test_after_a_pause, test_in_between, test_whole_program
"""

import asyncio


class Limiter:
    def __init__(self, per_second: float) -> None:
        self.interval = 1 / per_second
        self.places = asyncio.Semaphore(per_second)

    async def turn(self) -> None:
        async with self.places:
            await asyncio.sleep(0)


async def fetch(page: int, limiter: Limiter) -> None:
    await limiter.turn()
    print(f"page {page} begins")
    await asyncio.sleep(2)
    print(f"page {page} ends")


async def fetch_all(pages: int, limiter: Limiter) -> None:
    await asyncio.gather(*[fetch(page, limiter) for page in range(1, pages + 1)])


async def main() -> None:
    await fetch_all(5, Limiter(2))
    print("done")


if __name__ == "__main__":
    asyncio.run(main())
