"""Awaits only the runner who should be the last to run.

loses: test_whole_program
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
    start.set()


async def main() -> None:
    start = asyncio.Event()
    others = [runner("Ann", 1, start), runner("Bob", 2, start), starter(start)]
    tasks = [asyncio.create_task(other) for other in others]
    await runner("Cem", 4, start)
    del tasks
    print("all run")


if __name__ == "__main__":
    asyncio.run(main())
