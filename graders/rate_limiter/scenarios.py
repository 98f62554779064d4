"""What the grader lets the student's functions meet."""

import asyncio
from typing import Any


async def arrivals(student: Any, per_second: float, moments: list[float], others: int = 0) -> list[float]:
    """callers await turn() of one Limiter({per_second}); they come at {moments} s.

    Returns when each is let through.  So many `others`, limiters of their own, have just been used.
    """
    loop = asyncio.get_running_loop()
    limiter = student.Limiter(per_second)
    for _ in range(others):
        await student.Limiter(per_second).turn()
    begin = loop.time()

    async def caller(moment: float) -> float:
        await asyncio.sleep(moment)
        await limiter.turn()
        return round(loop.time() - begin, 6)

    return list(await asyncio.gather(*map(caller, moments)))


async def fetch_pages(student: Any, moments: list[float]) -> None:
    """fetch_all() with the test's own limiter, whose turn() lets callers go at {moments} s.

    There is a page for each of these moments.
    """
    loop = asyncio.get_running_loop()
    begin, turns = loop.time(), iter(moments)

    async def turn() -> None:
        await asyncio.sleep(next(turns) - (loop.time() - begin))

    limiter = student.Limiter(1)
    limiter.turn = turn
    await student.fetch_all(len(moments), limiter)
