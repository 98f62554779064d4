"""Opens and closes in send, and not where the block begins and ends.

loses: test_closes_after_an_error, test_closes_when_cancelled, test_not_connected
"""

import asyncio
from typing import Self


class Connection:
    def __init__(self, name: str) -> None:
        self.name = name
        self.is_open = False

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *error: object) -> None:
        pass

    async def send(self, text: str) -> None:
        await asyncio.sleep(1)
        print(f"{self.name} opened")
        await asyncio.sleep(1)
        print(f"{self.name}: {text}")
        await asyncio.sleep(1)
        print(f"{self.name} closed")


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
