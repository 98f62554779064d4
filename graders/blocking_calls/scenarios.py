"""What the grader lets the student's functions meet."""

import asyncio
import threading
import time
from typing import Any


async def read_others(student: Any, seconds: dict[str, float]) -> list[object]:
    """read_all() with the test's own read(): several files, the first of them twice.

    A file whose name begins with "no" cannot be read.  Returns what read_all() does, and how often it read in the
    loop's thread.
    """
    here = threading.get_ident()
    in_the_loop = 0

    def read(name: str) -> str:
        nonlocal in_the_loop
        in_the_loop += threading.get_ident() == here
        time.sleep(seconds[name])
        if name.startswith("no"):
            raise OSError(name)
        return name * 2

    student.read = read
    return [await student.read_all([*seconds, *list(seconds)[:1]]), in_the_loop]


async def beat_alone(student: Any, times: int) -> None:
    """heartbeat({times}) runs in a task, beside another one that goes on after 0.5 s."""
    task = asyncio.create_task(student.heartbeat(times))
    await asyncio.sleep(0.5)
    print("free")
    await task
