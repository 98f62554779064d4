"""What the grader lets the student's functions meet."""

import asyncio
from typing import Any


async def cancel_build(student: Any) -> bool:
    task = asyncio.create_task(student.build("door", 10))
    await asyncio.sleep(3)
    task.cancel()
    await asyncio.wait([task], timeout=5)
    return task.cancelled()


async def other_error(student: Any) -> str:
    """Something else than a ValueError goes wrong: assemble() must not hide it."""

    async def build(part: str, _seconds: float) -> str:
        raise KeyError(part)

    student.build = build
    try:
        await student.assemble([("nose", 1)])
    except BaseExceptionGroup as group:
        return type(group.exceptions[0]).__name__
    except KeyError:
        return "KeyError"
    return "nothing"
