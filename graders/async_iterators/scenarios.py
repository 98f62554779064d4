"""What the grader lets the student's functions meet."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import aclosing
from typing import Any


async def read_sensor(student: Any, values: list[float]) -> list[list[float]]:
    """an async for over Sensor([{values}]), to its end.

    Returns each value with the moment when it came.
    """
    loop = asyncio.get_running_loop()
    begin = loop.time()
    return [[loop.time() - begin, value] async for value in student.Sensor(values)]


async def smooth_values(student: Any, values: list[float]) -> list[float]:
    """an async for over smooth(sensor); the test's own sensor gives {values}."""
    return [mean async for mean in student.smooth(readings(values))]


async def leave_smooth(student: Any) -> None:
    """async with aclosing(smooth(sensor)), and in it an async for that ends at the first mean."""
    async with aclosing(student.smooth(readings([1, 2, 3]))) as means:
        async for _ in means:
            break
    print("left")


async def break_smooth(student: Any) -> None:
    """an async for over smooth(sensor); the sensor gives 1 and 2, then raises an OSError."""
    try:
        async for _ in student.smooth(readings([1, 2], breaks=True)):
            pass
    except OSError:
        print("broken")


async def readings(values: list[float], *, breaks: bool = False) -> AsyncGenerator[float]:
    for value in values:
        await asyncio.sleep(1)
        yield value
    if breaks:
        raise OSError


async def find(student: Any, limit: float, values: list[float]) -> object:
    """first_above({limit}, [{values}]) is awaited once."""
    found = await student.first_above(limit, values)
    print("returned")
    return found
