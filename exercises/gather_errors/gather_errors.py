"""Errors in a gather: read README.md, then replace each TODO."""

import asyncio

FILES = [("notes.txt", 1), ("x.txt", 2), ("pictures.zip", 3), ("xx.txt", 1), ("a.py", 2)]


async def download(name, seconds):
    # TODO: wait; raise OSError if the name begins with "x", else return the length of the name
    pass


async def report(files):
    # TODO: download all at the same time, wait for all, print a line for each, return the sum of the bytes
    pass


async def main():
    # TODO: report FILES, print the sum
    # TODO: download x.log and slow.log with a plain gather, print the error as soon as it comes
    # TODO: wait for slow.log all the same, then print "done"
    pass


if __name__ == "__main__":
    asyncio.run(main())
