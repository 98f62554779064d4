"""What the grader lets the student's functions meet: a database that takes its time, and looks who uses it."""

import asyncio
import threading
import time
from collections.abc import Iterator
from typing import Any


class Database:
    """Counts its connections, open, in use, and used in the wrong thread."""

    def __init__(self) -> None:
        self.loop_thread = threading.get_ident()
        self.opened = self.closed = self.in_use = self.most = self.in_loop = self.shared = 0

    def connect(self) -> "Connection":
        self.in_loop += threading.get_ident() == self.loop_thread
        time.sleep(1)
        self.opened += 1
        return Connection(self)


class Connection:
    def __init__(self, database: Database) -> None:
        self.database = database
        self.busy = False

    def cursor(self) -> "Cursor":
        return Cursor(self)

    def execute(self, sql: str, parameters: tuple[object, ...] = ()) -> "Cursor":
        return self.cursor().execute(sql, parameters)

    def close(self) -> None:
        self.database.in_loop += threading.get_ident() == self.database.loop_thread
        self.database.closed += 1


class Cursor:
    def __init__(self, connection: Connection) -> None:
        self.connection = connection
        self.rows: list[Any] = []

    def execute(self, sql: str, parameters: tuple[object, ...] = ()) -> "Cursor":
        connection, database = self.connection, self.connection.database
        database.in_loop += threading.get_ident() == database.loop_thread
        database.shared += connection.busy
        connection.busy = True
        database.in_use += 1
        database.most = max(database.most, database.in_use)
        time.sleep(1)
        connection.busy = False
        database.in_use -= 1
        if sql == "wrong":
            raise ValueError("wrong")
        self.rows = [(sql, *parameters)]
        return self

    def __iter__(self) -> Iterator[Any]:
        database = self.connection.database
        database.in_loop += threading.get_ident() == database.loop_thread
        return iter(self.rows)

    def fetchall(self) -> list[Any]:
        return list(self)

    def close(self) -> None:
        self.rows = []


async def opened(student: Any, size: int) -> tuple[Any, Database]:
    database = Database()
    student.connect = database.connect
    pool = student.Pool(size)
    await pool.open()
    return pool, database


async def open_pool(student: Any, size: int) -> list[int]:
    """open() of a Pool({size}), with the test's own connect()."""
    _, database = await opened(student, size)
    return [database.opened, database.in_loop]


async def run_queries(student: Any, size: int, queries: list[list[Any]]) -> list[Any]:
    """many calls of query() at the same time, on an open Pool({size})."""
    pool, database = await opened(student, size)
    begin = asyncio.get_running_loop().time()
    results = await asyncio.gather(*(pool.query(*query) for query in queries))
    return [results, asyncio.get_running_loop().time() - begin, database.most, database.shared, database.in_loop]


async def errors(student: Any) -> list[Any]:
    """on a Pool(1): two queries fail, a block raises, two users are cancelled, a query follows.

    Of the two who are cancelled one has the connection, and one waits for it; the next must get it.
    """
    pool, _ = await opened(student, 1)
    said = []
    for _ in range(2):
        try:
            await pool.query("wrong")
        except ValueError as error:
            said.append(str(error))
    try:
        async with pool.connection():
            raise KeyError("inside")
    except KeyError:
        said.append("inside")

    async def borrow() -> None:
        async with pool.connection():
            await asyncio.sleep(100)

    borrowers = [asyncio.create_task(borrow()) for _ in range(2)]
    for borrower in reversed(borrowers):  # the one who waits is the first to be cancelled
        await asyncio.sleep(1)
        borrower.cancel()
    await asyncio.wait(borrowers)
    try:
        async with asyncio.timeout(10):
            said.append(await pool.query("right"))
    except TimeoutError:
        said.append("no connection left")
    return said


async def close_pool(student: Any) -> list[Any]:
    """close() of a Pool(2), while one of its connections is lent for 5 s."""
    pool, database = await opened(student, 2)
    loop = asyncio.get_running_loop()
    begin = loop.time()

    async def borrow() -> None:
        async with pool.connection():
            await asyncio.sleep(5)
            borrowed.append(database.closed)

    borrowed: list[int] = []
    borrowing = asyncio.create_task(borrow())
    await asyncio.sleep(0)
    await pool.close()
    after = loop.time() - begin
    await borrowing
    return [database.closed, after, borrowed[0], database.in_loop]
