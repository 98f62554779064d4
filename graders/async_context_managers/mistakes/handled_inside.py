"""Deals in __aexit__ with the error that main should catch.

loses: test_closes_after_an_error
"""

import asyncio
from typing import Self


class Connection:
    def __init__(self, name: str) -> None:
        self.name = name
        self.is_open = False

    async def __aenter__(self) -> Self:
        await asyncio.sleep(1)
        self.is_open = True
        print(f"{self.name} opened")
        return self

    async def __aexit__(self, kind: type | None, error: Exception | None, traceback: object) -> bool:
        await asyncio.sleep(1)
        self.is_open = False
        print(f"{self.name} closed")
        if kind is ValueError:
            print(f"failed: {error}")
        return kind is ValueError

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
