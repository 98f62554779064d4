"""What the grader lets the student's functions meet."""

import asyncio
from typing import Any


async def sell(student: Any, wanted: list[int], baked: list[int], seconds: float = 1) -> int:
    """Let customers wait for what the grader bakes, so many seconds for each portion."""
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
    """Tell how many are left on a shelf, and how many there are on another one."""
    shelf, other = student.Shelf(), student.Shelf()
    await shelf.put(5)
    await asyncio.sleep(2)
    await shelf.take("Zoe", 2)
    return [shelf.loaves, other.loaves]
