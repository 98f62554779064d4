"""Events: read README.md, then replace each TODO."""

import asyncio


async def runner(name, seconds, start):
    # TODO: get ready, say so; wait for the start, then run
    pass


async def starter(start):
    # TODO: wait three seconds, print "go!", start the race
    pass


async def main():
    # TODO: Ann (1), Bob (2), Cem (4) and the starter, all at the same time; print "all run" at last
    pass


if __name__ == "__main__":
    asyncio.run(main())
