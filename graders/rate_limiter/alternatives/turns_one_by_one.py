"""Takes the turns in one loop, and makes a task for each page then."""

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


async def fetch(page: int) -> None:
    print(f"page {page} begins")
    await asyncio.sleep(2)
    print(f"page {page} ends")


async def fetch_all(pages: int, limiter: Limiter) -> None:
    async with asyncio.TaskGroup() as group:
        for page in range(1, pages + 1):
            await limiter.turn()
            group.create_task(fetch(page))


async def main() -> None:
    await fetch_all(5, Limiter(2))
    print("done")


if __name__ == "__main__":
    asyncio.run(main())
