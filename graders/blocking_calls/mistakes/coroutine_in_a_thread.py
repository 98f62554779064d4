"""Gives a coroutine function to the thread, which calls it and awaits nothing.

loses: test_at_the_same_time, test_contents_in_order, test_whole_program
"""

import asyncio
import time


def read(name):
    """Read a file, slowly.  This function stays as it is."""
    time.sleep(2.5)
    if name == "missing":
        raise OSError(name)
    return f"text of {name}"


async def safe_read(name):
    try:
        return read(name)
    except OSError:
        return "?"


async def read_all(names):
    jobs = [asyncio.to_thread(safe_read, n) for n in names]
    return await asyncio.gather(*jobs)


async def heartbeat(times):
    for i in range(times):
        print(f"beat {i + 1}")
        await asyncio.sleep(1)


async def main():
    texts, _ = await asyncio.gather(read_all(["a", "b", "missing"]), heartbeat(4))
    print(texts)


if __name__ == "__main__":
    asyncio.run(main())
