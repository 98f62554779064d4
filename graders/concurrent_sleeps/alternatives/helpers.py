"""One helper does the work of all three, another prints."""

import asyncio


def say(number: int, what: str) -> None:
    print("Function", number, what)


async def work(number: int, seconds: float) -> int:
    say(number, "started..")
    await asyncio.sleep(seconds)
    say(number, "Ended")
    return number


async def func1() -> int:
    return await work(1, 2)


async def func2() -> int:
    return await work(2, 3)


async def func3() -> int:
    return await work(3, 1)


async def main() -> None:
    numbers = await asyncio.gather(func1(), func2(), func3())
    assert sorted(numbers) == [1, 2, 3]
    print("Main Ended..")


asyncio.run(main())
