"""What the grader lets the student's functions meet."""

import asyncio
from typing import Any


async def our_make(student: Any) -> list[list[object]]:
    """breakfast() with the test's own make(), which takes no time.

    Returns what make() was asked for.
    """
    asked: list[list[object]] = []
    student.make = lambda what, seconds: asked.append([what, seconds])
    await asyncio.to_thread(student.breakfast)  # may block
    return asked


async def our_make_async(student: Any) -> list[list[object]]:
    """breakfast_async() with the test's own make_async(), which takes twice as long.

    Returns what make_async() was asked for.
    """
    asked: list[list[object]] = []

    async def make_async(what: str, seconds: float) -> None:
        asked.append([what, seconds])
        await asyncio.sleep(2 * seconds)

    student.make_async = make_async
    await student.breakfast_async()
    return asked
