"""Wakes as many as there are customers in the example.

loses: test_all_who_can_are_served
"""

import asyncio


class Shelf:
    def __init__(self) -> None:
        self.loaves = 0
        self.changed = asyncio.Condition()

    async def put(self, count: int) -> None:
        async with self.changed:
            self.loaves += count
            print(f"put {count}")
            self.changed.notify(3)

    async def take(self, name: str, count: int) -> None:
        async with self.changed:
            await self.changed.wait_for(lambda: self.loaves >= count)
            self.loaves -= count
            print(f"{name} takes {count}")


async def bake(shelf: Shelf) -> None:
    for count in (3, 2, 2):
        await asyncio.sleep(1)
        await shelf.put(count)


async def main() -> None:
    shelf = Shelf()
    await asyncio.gather(shelf.take("Ann", 2), shelf.take("Bob", 4), shelf.take("Cem", 1), bake(shelf))
    print(shelf.loaves, "left")


if __name__ == "__main__":
    asyncio.run(main())
