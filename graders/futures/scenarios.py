"""What the grader lets the student's functions meet."""

import asyncio
from typing import Any


async def order(student: Any, dish: str, after: float) -> None:
    """A guest waits for an order that the grader fulfils."""
    future: asyncio.Future[str] = asyncio.get_running_loop().create_future()
    eating = asyncio.create_task(student.guest("Zoe", future))
    await asyncio.sleep(after)
    future.set_result(dish)
    await eating


async def cooking(student: Any, dish: str) -> list[object]:
    """The cook works for an order that the grader looks at."""
    loop = asyncio.get_running_loop()
    future: asyncio.Future[str] = loop.create_future()
    begin = loop.time()
    await student.cook(future, dish)
    error = future.exception() if future.done() else None
    result = future.result() if future.done() and error is None else None
    return [loop.time() - begin, future.done(), result, type(error).__name__ if error else None, str(error or "")]


async def our_cook(student: Any, dish: str, after: float) -> list[str]:
    """Serve with a cook of the grader's; tell what it was asked for, once for each order."""
    asked: list[str] = []

    async def cook(order: asyncio.Future[str], dish: str) -> None:
        asked.append(dish)
        await asyncio.sleep(after)
        order.set_result(f"hot {dish}")

    student.cook = cook
    await student.serve(dish)
    return asked
