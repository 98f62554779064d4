# sleeps for thirty years, then for ever
import asyncio


import time


time.sleep(1e9)


async def main():
    await asyncio.sleep(float("inf"))
func1 = func2 = func3 = main


asyncio.run(main())
