"""Greetings: read README.md, then replace each TODO."""

import asyncio


async def greet(name):
    # TODO: print "Hello, " and the name
    # TODO: wait one second: await asyncio.sleep(1)
    # TODO: print "Goodbye, " and the name
    pass


async def main():
    # TODO: greet Alice, and after her Bob; call greet() for each of them
    pass


if __name__ == "__main__":
    asyncio.run(main())
