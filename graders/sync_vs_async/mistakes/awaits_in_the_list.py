"""Awaits each coroutine in the list that gather is given.

loses: test_async_takes_the_longest, test_whole_program
"""

import asyncio
import time


def make(what, seconds):
    time.sleep(seconds)
    print(what, "is ready")


def breakfast():
    make("tea", 3)
    make("toast", 2)
    print("sync breakfast is served")


async def make_async(what, seconds):
    await asyncio.sleep(seconds)
    print(what, "is ready")


async def breakfast_async():
    things = [("tea", 3), ("toast", 2)]
    jobs = [await make_async(name, secs) for name, secs in things]
    await asyncio.gather(*jobs)
    print("async breakfast is served")


if __name__ == "__main__":
    breakfast()
    asyncio.run(breakfast_async())
