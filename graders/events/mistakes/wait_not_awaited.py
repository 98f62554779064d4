"""Calls wait() without await, and runs at once.

loses: test_runners_wait_for_the_start, test_nobody_waits_busily, test_whole_program
"""

import asyncio


async def runner(name: str, seconds: float, start: asyncio.Event) -> None:
    await asyncio.sleep(seconds)
    print(f"{name} is ready")
    start.wait()
    print(f"{name} runs")


async def starter(start: asyncio.Event) -> None:
    await asyncio.sleep(3)
    print("go!")
    start.set()


async def main() -> None:
    start = asyncio.Event()
    await asyncio.gather(runner("Ann", 1, start), runner("Bob", 2, start), runner("Cem", 4, start), starter(start))
    print("all run")


if __name__ == "__main__":
    asyncio.run(main())
