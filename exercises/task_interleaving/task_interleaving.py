"""Task interleaving: read README.md, then replace each TODO."""

import asyncio


async def fn2():
    # TODO: wait one second, print "two", wait one second, print "three"
    pass


async def fn():
    # TODO: make a task of fn2(), so that it runs beside this function: asyncio.create_task(...)
    # TODO: print "one", then wait one second
    # TODO: run fn2() a second time, and go on when it is done
    # TODO: print "four", wait one second, print "five", wait one second
    pass


if __name__ == "__main__":
    asyncio.run(fn())
