"""What the grader lets the student's functions meet."""

import asyncio
from typing import Any


async def race(student: Any, ready: list[float], start_at: float) -> None:
    """Runners of the student's wait for a start of the grader's."""
    start = asyncio.Event()
    runners = [asyncio.create_task(student.runner(f"r{n}", s, start)) for n, s in enumerate(ready)]
    await asyncio.sleep(start_at)
    start.set()
    await asyncio.gather(*runners)


async def starting(student: Any) -> list[float]:
    """Tell when the starter of the student's sets the event, for each of three who wait."""
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
