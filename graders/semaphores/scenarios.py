"""What the grader lets the student's functions meet."""

import asyncio
from typing import Any


async def cancelled_fetch(student: Any) -> int:
    """One fetch is cancelled while it has a place; another must get that place."""
    semaphore = asyncio.Semaphore(1)
    first = asyncio.create_task(student.fetch(1, 10, semaphore))
    await asyncio.sleep(1)
    first.cancel()
    await asyncio.wait([first])
    result: int = await student.fetch(2, 1, semaphore)
    return result
