"""What the grader lets the student's functions meet."""

import asyncio
from typing import Any


async def race(student: Any, ready: list[float], start_at: float) -> None:
    """each runner() takes its own time to get ready ({ready} s); start is set after {start_at} s."""
    start = asyncio.Event()
    runners = [asyncio.create_task(student.runner(f"r{n}", s, start)) for n, s in enumerate(ready)]
    await asyncio.sleep(start_at)
    start.set()
    await asyncio.gather(*runners)


async def starting(student: Any) -> list[float]:
    """starter(start) is awaited, while three others wait for start.

    Returns when the event is set, for each of the three.
    """
    start = asyncio.Event()
    loop = asyncio.get_running_loop()
    begin = loop.time()

    async def wait() -> float:
        await start.wait()
        return loop.time() - begin

    waiting = [asyncio.create_task(wait()) for _ in range(3)]
    await student.starter(start)
    if not start.is_set():
        return []
    return list(await asyncio.gather(*waiting))
