"""Futures: read README.md, then replace each TODO."""

import asyncio


async def guest(name, order):
    # TODO: print that the guest waits, await the order, print what the guest eats
    # TODO: if the order brings a ValueError, print "... gets nothing: ..." instead
    pass


async def cook(order, dish):
    # TODO: wait two seconds, then set the result, or, for "fish", the exception
    pass


async def serve(dish):
    # TODO: make a future; let Ann, Bob and the cook work at the same time
    pass


async def main():
    # TODO: serve soup, then fish
    pass


if __name__ == "__main__":
    asyncio.run(main())
