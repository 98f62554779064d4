"""Keeps the litres where all kettles share them.

loses: test_gives_its_water
"""

import asyncio
from collections.abc import Generator
from typing import Any


class Kettle:
    last = 0

    def __init__(self, litres: int) -> None:
        self.litres = Kettle.last = litres

    async def boil(self) -> str:
        print(f"heating {self.litres} litres")
        await asyncio.sleep(self.litres)
        print("boiling")
        return f"{Kettle.last} litres of hot water"

    def __await__(self) -> Generator[Any, None, str]:
        return self.boil().__await__()


async def main() -> None:
    print(await Kettle(2))
    await asyncio.gather(Kettle(1), Kettle(3))
    print("enough water")


if __name__ == "__main__":
    asyncio.run(main())
