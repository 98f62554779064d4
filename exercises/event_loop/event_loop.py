"""The event loop: read README.md, then replace each TODO."""

import asyncio


def plan(loop):
    # TODO: plan to print "two seconds later" after 2 seconds, "one second later" after 1 second
    # TODO: plan to print "soon" and "soon after that" as soon as possible
    # TODO: print "planned"
    pass


async def main():
    # TODO: plan with the running loop: asyncio.get_running_loop()
    # TODO: print "main goes on", wait three seconds, print "main is done"
    pass


if __name__ == "__main__":
    asyncio.run(main())
