"""Timeouts: read README.md, then replace each TODO."""

import asyncio


async def fetch(city, seconds):
    # TODO: wait so many seconds, return "sunny in " and the city
    pass


async def ask(city, seconds):
    # TODO: fetch; after 2 seconds without an answer return "no answer from " and the city
    pass


async def main():
    # TODO: ask for Oslo (1), Rome (5) and Lima (2.5) at the same time, print the answers, then "done"
    pass


if __name__ == "__main__":
    asyncio.run(main())
