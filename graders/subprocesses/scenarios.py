"""What the grader lets the student's functions meet."""

import asyncio
import os
import time
from pathlib import Path
from typing import Any


async def beside_a_ticker(student: Any, codes: list[str]) -> list[object]:
    """Run programs beside a task that ticks; tell whether it could, and whether the programs ran at the same time."""
    ticks = 0

    async def tick() -> None:
        nonlocal ticks
        while True:
            await asyncio.sleep(0.01)
            ticks += 1

    ticker = asyncio.create_task(tick())
    results = await student.run_all(codes)
    ticker.cancel()
    return [results, ticks]


async def run_too_long(student: Any) -> list[object]:
    """Run a program that takes too long; tell what comes back, how soon, and whether the program is gone."""
    place = Path("pid")
    code = f"import os, time; open({place.name!r}, 'w').write(str(os.getpid())); time.sleep(60)"
    begin = time.monotonic()
    result = await student.run(code, 0.5)
    seconds = time.monotonic() - begin
    try:
        os.kill(int(place.read_text() or 0), 0)  # noqa: ASYNC240  # a small file
    except OSError:
        alive = False
    else:
        alive = True
    return [list(result or ()), seconds, alive]
