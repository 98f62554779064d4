"""Queues: read README.md, then replace each TODO."""

import asyncio


async def worker(name, queue):
    # TODO: take items for ever; start, work, say that it is done
    pass


async def do_all(items, workers):
    # TODO: a queue with room for two, the workers; put the items, wait until all is done, end the workers
    pass


async def main():
    # TODO: two workers do a (2), b (1), c (0), d (2), e (1); print "all done"
    pass


if __name__ == "__main__":
    asyncio.run(main())
