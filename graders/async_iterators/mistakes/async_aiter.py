"""Writes __aiter__ with async def.

loses: test_sensor, test_stops_when_found, test_closed_when_it_returns, test_whole_program
"""

import asyncio
from contextlib import aclosing


class Sensor:
    def __init__(self, values):
        self.values = list(values)

    async def __aiter__(self):
        return self

    async def __anext__(self):
        if len(self.values) == 0:
            raise StopAsyncIteration
        await asyncio.sleep(1)
        return self.values.pop(0)


async def smooth(sensor):
    try:
        previous = None
        async for value in sensor:
            if previous is not None:
                yield (previous + value) / 2
            previous = value
    finally:
        print("sensor closed")


async def first_above(limit, values):
    async with aclosing(smooth(Sensor(values))) as stream:
        async for mean in stream:
            print(mean)
            if mean > limit:
                return mean
    return None


async def main():
    result = await first_above(20, [10, 20, 30, 40])
    print(f"found {result}")


if __name__ == "__main__":
    asyncio.run(main())
