"""Waits for the first to complete, again and again."""

import asyncio
from collections.abc import Sequence

OFFERS = [("ibis", 3, 25), ("okapi", 2, 40), ("tapir", 1, 30), ("lemur", 4, 28)]


async def search(shop: str, seconds: float, price: int) -> tuple[str, int]:
    await asyncio.sleep(seconds)
    return shop, price


async def compare(offers: Sequence[tuple[str, float, int]]) -> str | None:
    best = None
    lowest = float("inf")
    pending = {asyncio.create_task(search(*offer)) for offer in offers}
    while pending:
        done, pending = await asyncio.wait(pending, return_when=asyncio.FIRST_COMPLETED)
        for task in done:
            shop, price = task.result()
            note = " (best so far)" if price < lowest else ""
            print(f"{shop} asks {price}{note}")
            if note:
                best, lowest = shop, price
    return best


async def main() -> None:
    print(f"buy at {await compare(OFFERS)}")


if __name__ == "__main__":
    asyncio.run(main())
