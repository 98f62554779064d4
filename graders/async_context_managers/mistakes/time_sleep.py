"""Waits with time.sleep.

loses: test_whole_program
"""

import asyncio
import time
from typing import Self


class Connection:
    def __init__(self, name: str) -> None:
        self.name = name
        self.is_open = False

    async def __aenter__(self) -> Self:
        time.sleep(1)
        self.is_open = True
        print(f"{self.name} opened")
        return self

    async def __aexit__(self, *error: object) -> None:
        time.sleep(1)
        self.is_open = False
        print(f"{self.name} closed")

    async def send(self, text: str) -> None:
        if not self.is_open:
            raise RuntimeError("not connected")
        time.sleep(1)
        print(f"{self.name}: {text}")


async def main() -> None:
    async with Connection("db") as db:
        await db.send("hello")
    try:
        async with Connection("log") as log:
            await log.send("start")
            raise ValueError("oops")
    except ValueError as error:
        print(f"failed: {error}")


if __name__ == "__main__":
    asyncio.run(main())
