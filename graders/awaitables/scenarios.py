"""What the grader lets the student's functions meet."""

import asyncio
from typing import Any


async def boil(student: Any, litres: int) -> object:
    return await student.Kettle(litres)


async def boil_side_by_side(student: Any, litres: list[int]) -> list[object]:
    return list(await asyncio.gather(*[student.Kettle(one) for one in litres]))


async def boil_twice(student: Any) -> list[object]:
    kettle = student.Kettle(2)
    return [await kettle, await kettle]


async def wait_then_boil(student: Any) -> None:
    kettle = student.Kettle(1)
    await asyncio.sleep(5)
    print("now")
    await kettle


async def give_up(student: Any) -> str:
    """A kettle is an awaitable like any other: a timeout interrupts it."""
    try:
        async with asyncio.timeout(1):
            await student.Kettle(9)
    except TimeoutError:
        return "gave up"
    return "boiled"
