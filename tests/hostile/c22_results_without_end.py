# returns what holds itself, what is not finite, and what is huge
import asyncio


async def func1():
    loop = []
    loop.append(loop)
    return loop
async def func2(): return [float("nan"), float("inf"), 10 ** 100_000]
async def func3(): return {"x" * 5_000_000: list(range(1_000_000))}
async def main(): print(len(str(await func2())[:9]))


asyncio.run(main())
