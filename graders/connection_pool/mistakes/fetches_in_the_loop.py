"""Executes the query in a thread, and fetches its rows in the event loop's own.

loses: test_queries
"""

import asyncio
import sqlite3
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

QUERIES: list[tuple[Any, ...]] = [("select 1",), ("select ?", "abc"), ("select ? + ?", 2, 4)]


def connect() -> sqlite3.Connection:
    """Open a connection, slowly.  This function stays as it is."""
    time.sleep(1)
    print("connected")
    return sqlite3.connect(":memory:", check_same_thread=False)


class Pool:
    def __init__(self, size: int) -> None:
        self.size = size
        self.free: asyncio.Queue[sqlite3.Connection] = asyncio.Queue()

    async def open(self) -> None:
        for connection in await asyncio.gather(*[asyncio.to_thread(connect) for _ in range(self.size)]):
            self.free.put_nowait(connection)

    @asynccontextmanager
    async def connection(self) -> AsyncIterator[sqlite3.Connection]:
        connection = await self.free.get()
        try:
            yield connection
        finally:
            self.free.put_nowait(connection)

    async def query(self, sql: str, *parameters: object) -> list[Any]:
        async with self.connection() as connection:
            cursor = await asyncio.to_thread(connection.execute, sql, parameters)
            return cursor.fetchall()

    async def close(self) -> None:
        for _ in range(self.size):
            connection = await self.free.get()
            await asyncio.to_thread(connection.close)
        print("pool closed")


async def main() -> None:
    pool = Pool(2)
    await pool.open()
    for rows in await asyncio.gather(*[pool.query(*query) for query in QUERIES]):
        print(rows)
    await pool.close()


if __name__ == "__main__":
    asyncio.run(main())
