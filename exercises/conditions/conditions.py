"""Conditions: read README.md, then replace each TODO."""

import asyncio


class Shelf:
    def __init__(self):
        self.loaves = 0
        # TODO: what do customers wait on?

    async def put(self, count):
        # TODO: add loaves, print, wake those who wait
        pass

    async def take(self, name, count):
        # TODO: wait until there are enough, take them, print
        pass


async def main():
    # TODO: Ann (2), Bob (4), Cem (1) and the baker, all at the same time; print how many are left
    pass


if __name__ == "__main__":
    asyncio.run(main())
