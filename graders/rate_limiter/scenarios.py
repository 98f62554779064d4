"""What the grader lets the student's functions meet."""

import asyncio
from typing import Any


async def arrivals(student: Any, per_second: float, moments: list[float]) -> list[float]:
    """Let callers come at these moments; tell when each is let through."""
    loop = asyncio.get_running_loop()
    limiter = student.Limiter(per_second)
    begin = loop.time()

    async def caller(moment: float) -> float:
        await asyncio.sleep(moment)
        await limiter.turn()
        return round(loop.time() - begin, 6)

    return list(await asyncio.gather(*map(caller, moments)))


async def fetch_pages(student: Any, pages: int, per_second: float) -> None:
    await student.fetch_all(pages, student.Limiter(per_second))
