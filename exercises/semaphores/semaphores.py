"""Semaphores: read README.md, then replace each TODO."""

import asyncio


async def fetch(number, seconds, semaphore):
    # TODO: wait for a place, print, wait, print, give the place back; return the number times ten
    pass


async def fetch_all(delays, limit):
    # TODO: fetch all, at most `limit` at the same time; return the list of results
    pass


async def main():
    # TODO: fetch with the delays 3, 1, 1, 2, 1, two at a time; print the results
    pass


if __name__ == "__main__":
    asyncio.run(main())
