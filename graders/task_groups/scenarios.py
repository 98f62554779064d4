"""What the grader lets the student's functions meet."""

import asyncio
from typing import Any


async def cancel_build(student: Any) -> bool:
    """build("door", 10) runs in a task that is cancelled after 3 s."""
    task = asyncio.create_task(student.build("door", 10))
    await asyncio.sleep(3)
    task.cancel()
    await asyncio.wait([task], timeout=5)
    return task.cancelled()


async def our_build(student: Any, kind: str) -> list[object]:
    """assemble([("door", 2), ("nose", 3)]) with the test's own build().

    With a `kind`, the nose fails with this error.  Cleaning up after the door takes a second.  Returns what comes of
    it, and whether the door was cleaned up by then.
    """
    ended: list[str] = []

    async def build(part: str, seconds: float) -> str:
        await asyncio.sleep(seconds)
        if part == "nose" and kind:
            raise {"KeyError": KeyError, "ValueError": ValueError}[kind]("out of glue")
        try:
            await asyncio.sleep(seconds)
        finally:
            await asyncio.sleep(1)
            ended.append(part)
        return f"one {part}"

    student.build = build
    try:
        result = await student.assemble([("door", 2), ("nose", 3)])
    except BaseExceptionGroup as group:
        result = type(group.exceptions[0]).__name__
    except KeyError:
        result = "KeyError"
    return [result, "door" in ended]
