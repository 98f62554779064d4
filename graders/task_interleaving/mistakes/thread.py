"""Runs fn2() in a thread, with an event loop of its own.

loses: test_two_runs_overlap
"""

import asyncio
import threading


async def fn2() -> None:
    await asyncio.sleep(1)
    print("two")
    await asyncio.sleep(1)
    print("three")


async def fn() -> None:
    thread = threading.Thread(target=lambda: asyncio.run(fn2()))
    thread.start()
    print("one")
    await asyncio.sleep(1)
    await fn2()
    print("four")
    await asyncio.sleep(1)
    print("five")
    await asyncio.sleep(1)


if __name__ == "__main__":
    asyncio.run(fn())
