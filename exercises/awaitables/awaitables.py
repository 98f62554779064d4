"""Awaitables: read README.md, then replace each TODO."""

import asyncio


class Kettle:
    def __init__(self, litres):
        self.litres = litres

    # TODO: a method __await__, and what it hands on to


async def main():
    # TODO: await a kettle of 2 litres, print what it gives
    # TODO: await kettles of 1 and 3 litres at the same time, print "enough water"
    pass


if __name__ == "__main__":
    asyncio.run(main())
