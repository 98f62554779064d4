# delays from a file
import asyncio
import json
from pathlib import Path

DELAYS = json.loads(Path(__file__).with_name('delays.json').read_text())


async def func1():
    print("Function 1 started..")
    await asyncio.sleep(DELAYS[0])
    print("Function 1 Ended")


async def func2():
    print("Function 2 started..")
    await asyncio.sleep(DELAYS[1])
    print("Function 2 Ended")


async def func3():
    print("Function 3 started..")
    await asyncio.sleep(DELAYS[2])
    print("Function 3 Ended")


async def main():
    await asyncio.gather(func1(), func2(), func3())
    print("Main Ended..")


asyncio.run(main())
