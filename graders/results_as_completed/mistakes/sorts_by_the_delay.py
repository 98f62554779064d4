"""Awaits the shops in the order of their delays, which a real shop does not tell.

loses: test_as_they_come
"""

import asyncio
from collections.abc import Sequence

OFFERS = [("ibis", 3, 25), ("okapi", 2, 40), ("tapir", 1, 30), ("lemur", 4, 28)]


async def search(shop: str, seconds: float, price: int) -> tuple[str, int]:
    await asyncio.sleep(seconds)
    return shop, price


async def compare(offers: Sequence[tuple[str, float, int]]) -> str | None:
    best = None
    lowest = float("inf")
    quickest_first = sorted(offers, key=lambda offer: offer[1])
    for task in [asyncio.create_task(search(*offer)) for offer in quickest_first]:
        shop, price = await task
        if price < lowest:
            best, lowest = shop, price
            print(f"{shop} asks {price} (best so far)")
        else:
            print(f"{shop} asks {price}")
    return best


async def main() -> None:
    print(f"buy at {await compare(OFFERS)}")


if __name__ == "__main__":
    asyncio.run(main())
