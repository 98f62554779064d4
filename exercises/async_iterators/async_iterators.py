"""Asynchronous iterators: read README.md, then replace each TODO."""

import asyncio
from contextlib import aclosing


class Sensor:
    def __init__(self, values):
        self.values = list(values)

    # TODO: __aiter__ and __anext__: one value each second


async def smooth(sensor):
    # TODO: yield the mean of each value and the one before; at last print "sensor closed"
    yield 0


async def first_above(limit, values):
    # TODO: print the smoothed values up to the first above the limit, and return that one
    pass


async def main():
    # TODO: look for the first above 20 among 10, 20, 30, 40, and print it
    pass


if __name__ == "__main__":
    asyncio.run(main())
