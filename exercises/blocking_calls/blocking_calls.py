"""Blocking calls: read README.md, then replace each TODO."""

import asyncio
import time


def read(name):
    """Read a file, slowly.  This function stays as it is."""
    time.sleep(2.5)
    if name == "missing":
        raise OSError(name)
    return f"text of {name}"


async def read_all(names):
    # TODO: read all at the same time, in threads; "?" for what cannot be read
    pass


async def heartbeat(times):
    # TODO: print beat after beat, one a second
    pass


async def main():
    # TODO: read a, b and missing while a heartbeat beats four times; print what was read
    pass


if __name__ == "__main__":
    asyncio.run(main())
