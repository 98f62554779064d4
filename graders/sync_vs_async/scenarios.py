"""What the grader lets the student's functions meet."""

import asyncio
from typing import Any


async def our_make(student: Any) -> list[list[object]]:
    """Make breakfast with a make() that takes no time, and tell what it was asked for."""
    asked: list[list[object]] = []
    student.make = lambda what, seconds: asked.append([what, seconds])
    await asyncio.to_thread(student.breakfast)  # may block
    return asked


async def our_make_async(student: Any) -> list[list[object]]:
    """Make breakfast with a make_async() that takes twice as long, and tell what it was asked for."""
    asked: list[list[object]] = []

    async def make_async(what: str, seconds: float) -> None:
        asked.append([what, seconds])
        await asyncio.sleep(2 * seconds)

    student.make_async = make_async
    await student.breakfast_async()
    return asked
