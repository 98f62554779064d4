"""What the grader lets the student's functions meet."""

import asyncio
from typing import Any


async def cancelled_fetch(student: Any) -> int:
    """with one place, a fetch() of 10 s is cancelled after 1 s, and another fetch() follows.

    The first is cancelled while it has the place; the other must get that place.
    """
    semaphore = asyncio.Semaphore(1)
    first = asyncio.create_task(student.fetch(1, 10, semaphore))
    await asyncio.sleep(1)
    first.cancel()
    await asyncio.wait([first])
    result: int = await student.fetch(2, 1, semaphore)
    return result


async def cancelled_in_turn(student: Any) -> None:
    """three calls of fetch() with one place; the second is cancelled while it waits for it.

    The third must not get the place before the first ends.
    """
    semaphore = asyncio.Semaphore(1)
    fetches = [asyncio.create_task(student.fetch(number, 10 - number**2, semaphore)) for number in (1, 2, 3)]
    await asyncio.sleep(1)
    fetches[1].cancel()
    await asyncio.wait([fetches[1]])
    await asyncio.gather(fetches[0], fetches[2])
