"""Waits on the condition without its lock.

loses: test_waits_until_there_is_enough, test_all_who_can_are_served, test_nobody_waits_busily, test_whole_program
"""

import asyncio


class Shelf:
    def __init__(self):
        self.loaves = 0
        self.cond = asyncio.Condition()

    async def put(self, count):
        async with self.cond:
            self.loaves += count
            print(f"put {count}")
            self.cond.notify_all()

    async def take(self, name, count):
        while self.loaves < count:
            await self.cond.wait()
        self.loaves -= count
        print(f"{name} takes {count}")


async def baker(shelf):
    await asyncio.sleep(1)
    await shelf.put(3)
    await asyncio.sleep(1)
    await shelf.put(2)
    await asyncio.sleep(1)
    await shelf.put(2)


async def main():
    shelf = Shelf()
    await asyncio.gather(
        shelf.take("Ann", 2), shelf.take("Bob", 4), shelf.take("Cem", 1), baker(shelf)
    )
    print(shelf.loaves, "left")


if __name__ == "__main__":
    asyncio.run(main())
