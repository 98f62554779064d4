"""Looks again and again whether the next turn has come.

loses: test_even_distances, test_in_between
"""

import asyncio


class Limiter:
    def __init__(self, per_second: float) -> None:
        self.interval = 1 / per_second
        self.next_turn = 0.0

    async def turn(self) -> None:
        loop = asyncio.get_running_loop()
        while loop.time() < self.next_turn:
            await asyncio.sleep(0.005)
        self.next_turn = loop.time() + self.interval


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
