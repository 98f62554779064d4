"""Says go! and forgets to set the event.

loses: test_starter, test_all_at_the_same_time, test_nobody_waits_busily, test_whole_program
"""

import asyncio


async def runner(name: str, seconds: float, start: asyncio.Event) -> None:
    await asyncio.sleep(seconds)
    print(f"{name} is ready")
    await start.wait()
    print(f"{name} runs")


async def starter(start: asyncio.Event) -> None:
    await asyncio.sleep(3)
    print("go!")


async def main() -> None:
    start = asyncio.Event()
    await asyncio.gather(runner("Ann", 1, start), runner("Bob", 2, start), runner("Cem", 4, start), starter(start))
    print("all run")


if __name__ == "__main__":
    asyncio.run(main())
