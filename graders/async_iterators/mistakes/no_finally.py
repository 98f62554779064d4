"""Prints that it is closed only if nobody leaves early.

loses: test_smooth, test_closed_when_it_returns, test_whole_program
"""

import asyncio
from collections.abc import AsyncGenerator, Iterable
from contextlib import aclosing
from typing import Self


class Sensor:
    def __init__(self, values: Iterable[float]) -> None:
        self.values = list(values)

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> float:
        if not self.values:
            raise StopAsyncIteration
        await asyncio.sleep(1)
        return self.values.pop(0)


async def smooth(sensor: Sensor) -> AsyncGenerator[float]:
    before = None
    async for value in sensor:
        if before is not None:
            yield (before + value) / 2
        before = value
    print("sensor closed")


async def first_above(limit: float, values: Iterable[float]) -> float | None:
    async with aclosing(smooth(Sensor(values))) as means:
        async for mean in means:
            print(mean)
            if mean > limit:
                return mean
    return None


async def main() -> None:
    print("found", await first_above(20, [10, 20, 30, 40]))


if __name__ == "__main__":
    asyncio.run(main())
