"""Has at most eight pages in progress, though only their beginnings are limited.

loses: test_pages_overlap
"""

import asyncio


class Limiter:
    def __init__(self, per_second: float) -> None:
        self.interval = 1 / per_second
        self.next_turn = 0.0

    async def turn(self) -> None:
        now = asyncio.get_running_loop().time()
        turn = max(now, self.next_turn)
        self.next_turn = turn + self.interval
        await asyncio.sleep(turn - now)


async def fetch(page: int, limiter: Limiter, places: asyncio.Semaphore) -> None:
    async with places:
        await limiter.turn()
        print(f"page {page} begins")
        await asyncio.sleep(2)
        print(f"page {page} ends")


async def fetch_all(pages: int, limiter: Limiter) -> None:
    places = asyncio.Semaphore(8)
    await asyncio.gather(*[fetch(page, limiter, places) for page in range(1, pages + 1)])


async def main() -> None:
    await fetch_all(5, Limiter(2))
    print("done")


if __name__ == "__main__":
    asyncio.run(main())
