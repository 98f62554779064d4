"""Waits with time.sleep: the loop stands still, and no timeout can interrupt it.

loses: test_can_be_given_up, test_whole_program
"""

import asyncio
import time
from collections.abc import Generator
from typing import Any


class Kettle:
    def __init__(self, litres: int) -> None:
        self.litres = litres

    async def boil(self) -> str:
        print(f"heating {self.litres} litres")
        time.sleep(self.litres)
        print("boiling")
        return f"{self.litres} litres of hot water"

    def __await__(self) -> Generator[Any, None, str]:
        return self.boil().__await__()


async def main() -> None:
    print(await Kettle(2))
    await asyncio.gather(Kettle(1), Kettle(3))
    print("enough water")


if __name__ == "__main__":
    asyncio.run(main())
