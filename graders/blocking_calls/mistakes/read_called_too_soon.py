"""read() is called at once, and its result is given to the thread.

loses: test_at_the_same_time, test_in_threads, test_contents_in_order, test_whole_program
"""

"""Blocking calls."""

import asyncio
import time


def read(name):
    """Read a file, slowly.  This function stays as it is."""
    time.sleep(2.5)
    if name == "missing":
        raise OSError(name)
    return f"text of {name}"


async def read_one(name):
    try:
        return await asyncio.to_thread(read(name))
    except OSError:
        return "?"


async def read_all(names):
    return await asyncio.gather(*[read_one(name) for name in names])


async def heartbeat(times):
    for i in range(1, times + 1):
        print(f"beat {i}")
        await asyncio.sleep(1)


async def main():
    texts, _ = await asyncio.gather(read_all(["a", "b", "missing"]), heartbeat(4))
    print(texts)


if __name__ == "__main__":
    asyncio.run(main())
