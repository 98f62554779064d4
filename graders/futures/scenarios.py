"""What the grader lets the student's functions meet."""

import asyncio
from typing import Any


async def order(student: Any, dish: str, after: float) -> None:
    """guest("Zoe", order) is started; after {after} s the result "{dish}" is set on the order."""
    future: asyncio.Future[str] = asyncio.get_running_loop().create_future()
    eating = asyncio.create_task(student.guest("Zoe", future))
    await asyncio.sleep(after)
    future.set_result(dish)
    await eating


async def cooking(student: Any, dish: str) -> list[object]:
    """cook(order, "{dish}") is awaited, with the test's own order.

    Returns when it ended, and what became of the order.
    """
    loop = asyncio.get_running_loop()
    future: asyncio.Future[str] = loop.create_future()
    begin = loop.time()
    await student.cook(future, dish)
    error = future.exception() if future.done() else None
    result = future.result() if future.done() and error is None else None
    return [loop.time() - begin, future.done(), result, type(error).__name__ if error else None, str(error or "")]


async def our_cook(student: Any, dish: str, after: float) -> list[str]:
    """serve("{dish}") is awaited, with the test's own cook(), which takes {after} s.

    Returns what the cook was asked for, once for each order.
    """
    asked: list[str] = []

    async def cook(order: asyncio.Future[str], dish: str) -> None:
        asked.append(dish)
        await asyncio.sleep(after)
        order.set_result(f"hot {dish}")

    student.cook = cook
    await student.serve(dish)
    return asked
