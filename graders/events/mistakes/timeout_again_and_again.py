"""Waits for the event, but only for a moment, again and again.

loses: test_nobody_waits_busily
"""

import asyncio


async def runner(name: str, seconds: float, start: asyncio.Event) -> None:
    await asyncio.sleep(seconds)
    print(f"{name} is ready")
    while not start.is_set():
        try:
            await asyncio.wait_for(start.wait(), 0.1)
        except TimeoutError:
            continue
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
