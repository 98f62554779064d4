"""Shields the heating, so that it goes on when nobody waits for it any more.

loses: test_can_be_given_up
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

    def __await__(self) -> Generator[Any, None, str]:
        return asyncio.shield(asyncio.ensure_future(self.boil())).__await__()


async def main() -> None:
    print(await Kettle(2))
    await asyncio.gather(Kettle(1), Kettle(3))
    print("enough water")


if __name__ == "__main__":
    asyncio.run(main())
