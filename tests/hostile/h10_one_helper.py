# a helper does what the three have in common
import asyncio


async def work(number: int, seconds: float) -> None:
    print(f"Function {number} started..")
    await asyncio.sleep(seconds)
    print(f"Function {number} Ended")


async def func1() -> None:
    await work(1, 2)


async def func2() -> None:
    await work(2, 3)


async def func3() -> None:
    await work(3, 1)


async def main():
    await asyncio.gather(func1(), func2(), func3())
    print("Main Ended..")


asyncio.run(main())
