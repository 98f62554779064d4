"""What the grader lets the student's functions meet."""

import asyncio
from typing import Any


async def cancel_counter(student: Any, after: float) -> bool:
    """count("zoe") runs in a task that is cancelled after {after} s.

    Returns whether it was cancelled for good.
    """
    task = asyncio.create_task(student.count("zoe"))
    await asyncio.sleep(after)
    task.cancel()
    await asyncio.wait([task], timeout=5)
    return task.cancelled()


async def cancel_careful(student: Any) -> list[bool]:
    """careful() awaits a task that takes 2 s, and is cancelled after 1 s.

    Returns how careful(), and the task that it awaited, ended.
    """

    async def work() -> None:
        await asyncio.sleep(2)

    working = asyncio.create_task(work())
    task = asyncio.create_task(student.careful(working))
    await asyncio.sleep(1)
    task.cancel()
    await asyncio.wait([task], timeout=5)
    await asyncio.sleep(2)
    return [task.cancelled(), working.done() and not working.cancelled()]


async def slow_to_stop(student: Any) -> None:
    """main() with a count() that prints nothing and takes 0.25 s to stop."""

    async def count(_name: str) -> None:
        try:
            await asyncio.sleep(60)
        finally:
            await asyncio.sleep(0.25)

    student.count = count
    await student.main()
