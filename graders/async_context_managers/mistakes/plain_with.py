"""Has the methods of a plain context manager.

loses: test_open_send_close, test_closes_after_an_error, test_closes_when_cancelled, test_not_connected, test_whole_program
"""

import asyncio
from typing import Self


class Connection:
    def __init__(self, name: str) -> None:
        self.name = name
        self.is_open = False

    def __enter__(self) -> Self:
        asyncio.sleep(1)
        self.is_open = True
        print(f"{self.name} opened")
        return self

    def __exit__(self, *error: object) -> None:
        asyncio.sleep(1)
        self.is_open = False
        print(f"{self.name} closed")

    async def send(self, text: str) -> None:
        if not self.is_open:
            raise RuntimeError("not connected")
        await asyncio.sleep(1)
        print(f"{self.name}: {text}")


async def main() -> None:
    with Connection("db") as db:
        await db.send("hello")
    try:
        with Connection("log") as log:
            await log.send("start")
            raise ValueError("oops")
    except ValueError as error:
        print(f"failed: {error}")


if __name__ == "__main__":
    asyncio.run(main())
