"""Rate limiter: read README.md, then replace each TODO."""

import asyncio


class Limiter:
    def __init__(self, per_second):
        self.interval = 1 / per_second
        # TODO: when may the next one go?

    async def turn(self):
        # TODO: wait until it is the caller's turn
        pass


async def fetch_all(pages, limiter):
    # TODO: fetch all pages, each in its turn: page 1, page 2, ...
    pass


async def main():
    # TODO: five pages, two turns a second; print "done"
    pass


if __name__ == "__main__":
    asyncio.run(main())
