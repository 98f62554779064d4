"""Cancellation: read README.md, then replace each TODO."""

import asyncio


async def count(name):
    # TODO: print name and number, one a second, for ever; at last print that it stops, however it ends
    pass


async def save():
    # TODO: print "saving", wait two seconds, print "saved"
    pass


async def careful(saving):
    # TODO: await the task `saving`, shielded
    pass


async def main():
    # TODO: count with a and b; cancel and await a after 1.5 seconds, b one second later
    # TODO: make a task of save(), and one of careful(...); cancel and await the second after one second
    # TODO: print "cancelled"; end when all is saved
    pass


if __name__ == "__main__":
    asyncio.run(main())
