"""What the grader lets the student's functions meet."""

import asyncio
import os
import time
from typing import Any


async def beside_a_ticker(student: Any, codes: list[str]) -> list[object]:
    """run_all() of programs that wait for each other, beside a task that goes on ticking.

    Returns what comes back, and how often the task could tick.
    """
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
    """run("import time; time.sleep(60)", 0.5) is awaited.

    Returns what comes back, how soon, and whether the program is there still.
    """
    begin = time.monotonic()
    result = await student.run("import time; time.sleep(60)", 0.5)
    return [list(result or ()), time.monotonic() - begin, has_children()]


def has_children() -> bool:
    """Tell whether a process that this one has started is there still, running or not awaited."""
    if not hasattr(os, "waitid"):  # Windows, macOS before Python 3.13
        import psutil  # takes longer than all the rest

        return bool(psutil.Process().children())
    try:
        os.waitid(os.P_ALL, 0, os.WEXITED | os.WNOHANG | os.WNOWAIT)
    except ChildProcessError:
        return False
    return True
