"""Sync and async: read README.md, then replace each TODO."""

import asyncio
import time


def make(what, seconds):
    # TODO: wait with time.sleep, then print that it is ready
    pass


def breakfast():
    # TODO: make tea (3 seconds), then toast (2 seconds), then print "sync breakfast is served"
    pass


async def make_async(what, seconds):
    # TODO: wait with asyncio.sleep, then print that it is ready
    pass


async def breakfast_async():
    # TODO: make tea and toast at the same time, then print "async breakfast is served"
    pass


if __name__ == "__main__":
    breakfast()
    asyncio.run(breakfast_async())
