"""Writes __await__ itself with async def: it has to return an iterator, not a coroutine.

loses: test_can_be_awaited, test_gives_its_water, test_can_be_awaited_again, test_nothing_before_it_is_awaited, test_can_be_given_up, test_whole_program
"""

import asyncio
from collections.abc import Generator
from typing import Any


class Kettle:
    def __init__(self, litres: int) -> None:
        self.litres = litres

    async def boil(self) -> str:
        print(f"heating {self.litres} litres")
        await asyncio.sleep(self.litres)
        print("boiling")
        return f"{self.litres} litres of hot water"

    async def __await__(self):
        return await self.boil()


async def main() -> None:
    print(await Kettle(2))
    await asyncio.gather(Kettle(1), Kettle(3))
    print("enough water")


if __name__ == "__main__":
    asyncio.run(main())
