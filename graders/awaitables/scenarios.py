"""What the grader lets the student's functions meet."""

import asyncio
from typing import Any


async def boil(student: Any, litres: int) -> object:
    """Kettle({litres}) is awaited once."""
    return await student.Kettle(litres)


async def boil_side_by_side(student: Any, litres: list[int]) -> list[object]:
    """kettles with {litres} litres are awaited at the same time, with asyncio.gather()."""
    return list(await asyncio.gather(*[student.Kettle(one) for one in litres]))


async def boil_twice(student: Any) -> list[object]:
    """the same Kettle(2) is awaited, and then awaited again."""
    kettle = student.Kettle(2)
    return [await kettle, await kettle]


async def wait_then_boil(student: Any) -> None:
    """Kettle(1) is made, and awaited 5 s later."""
    kettle = student.Kettle(1)
    await asyncio.sleep(5)
    print("now")
    await kettle


async def give_up(student: Any) -> str:
    """Kettle(9) is awaited inside of asyncio.timeout(1).

    A kettle is an awaitable like any other: a timeout interrupts it.
    """
    try:
        async with asyncio.timeout(1):
            await student.Kettle(9)
    except TimeoutError:
        return "gave up"
    return "boiled"
