"""Keeps whether it is open where all connections share it.

loses: test_not_connected
"""

import asyncio
from typing import Self


class Connection:
    is_open = False

    def __init__(self, name: str) -> None:
        self.name = name

    async def __aenter__(self) -> Self:
        await asyncio.sleep(1)
        Connection.is_open = True
        print(f"{self.name} opened")
        return self

    async def __aexit__(self, *error: object) -> None:
        await asyncio.sleep(1)
        Connection.is_open = False
        print(f"{self.name} closed")

    async def send(self, text: str) -> None:
        if not self.is_open:
            raise RuntimeError("not connected")
        await asyncio.sleep(1)
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
