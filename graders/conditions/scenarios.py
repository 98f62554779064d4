"""What the grader lets the student's functions meet."""

import asyncio
from typing import Any


async def sell(student: Any, wanted: list[int], baked: list[int], seconds: float = 1) -> int:
    """each customer awaits take() on one Shelf(), for {wanted} loaves; then put() brings {baked}.

    Each portion takes so many `seconds` to bake.  Returns what is left on the shelf, or the least there was if below 0.
    """
    shelf = student.Shelf()
    lowest = 0
    customers = [asyncio.create_task(shelf.take(f"c{n}", count)) for n, count in enumerate(wanted)]
    for count in baked:
        await asyncio.sleep(seconds)
        await shelf.put(count)
        lowest = min(lowest, shelf.loaves)
    await asyncio.sleep(1)
    for customer in customers:
        customer.cancel()
    await asyncio.wait(customers)
    left: int = shelf.loaves
    return min(lowest, left) if lowest < 0 else left


async def there_already(student: Any) -> list[int]:
    """put(5) on one of two shelves, and 2 s later take("Zoe", 2) from the same one.

    Returns how many are left on this shelf, and how many there are on the other one.
    """
    shelf, other = student.Shelf(), student.Shelf()
    await shelf.put(5)
    await asyncio.sleep(2)
    await shelf.take("Zoe", 2)
    return [shelf.loaves, other.loaves]
