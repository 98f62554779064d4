"""Remembers the next turn in the class, so all limiters share it.

loses: test_in_between
"""

import asyncio


class Limiter:
    next_turn = 0.0

    def __init__(self, per_second: float) -> None:
        self.interval = 1 / per_second

    async def turn(self) -> None:
        now = asyncio.get_running_loop().time()
        turn = max(now, self.next_turn)
        Limiter.next_turn = turn + self.interval
        await asyncio.sleep(turn - now)


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
