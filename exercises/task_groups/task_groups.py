"""Task groups: read README.md, then replace each TODO."""

import asyncio


async def build(part, seconds):
    # TODO: print that it begins, wait, print that it is done, return the part in capitals
    # TODO: the engine fails after its wait; who is cancelled says so
    pass


async def assemble(parts):
    # TODO: build all in one task group; return the list of results, or say what failed
    pass


async def main():
    # TODO: assemble wing (1) and tail (2), print the list; then wing (1), engine (2), tail (3)
    pass


if __name__ == "__main__":
    asyncio.run(main())
