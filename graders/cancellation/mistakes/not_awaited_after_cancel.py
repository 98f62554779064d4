"""Cancels the tasks and does not await them: cancel() only asks.

loses: test_whole_program
"""

import asyncio


async def count(name):
    i = 1
    try:
        while True:
            print(name, i)
            await asyncio.sleep(1)
            i += 1
    finally:
        print(name, "stops")


async def save():
    print("saving")
    await asyncio.sleep(2)
    print("saved")


async def careful(saving):
    await asyncio.shield(saving)


async def main():
    a = asyncio.create_task(count("a"))
    b = asyncio.create_task(count("b"))
    await asyncio.sleep(1.5)
    a.cancel()
    await asyncio.sleep(1)
    b.cancel()
    saving = asyncio.create_task(save())
    care = asyncio.create_task(careful(saving))
    await asyncio.sleep(1)
    care.cancel()
    print("cancelled")
    await saving


if __name__ == "__main__":
    asyncio.run(main())
