"""What the grader lets the student's functions meet."""

import asyncio
from typing import Any


async def read_sensor(student: Any, values: list[float]) -> list[list[float]]:
    """Read a sensor, and tell when each value came."""
    loop = asyncio.get_running_loop()
    begin = loop.time()
    return [[loop.time() - begin, value] async for value in student.Sensor(values)]


async def smooth_values(student: Any, values: list[float]) -> list[float]:
    async def readings() -> object:
        for value in values:
            await asyncio.sleep(1)
            yield value

    return [mean async for mean in student.smooth(readings())]


async def find(student: Any, limit: float, values: list[float]) -> object:
    found = await student.first_above(limit, values)
    print("returned")
    return found
