"""Lets the starter count the seconds, and tasks run."""

import asyncio


async def runner(name: str, seconds: float, start: asyncio.Event) -> None:
    await asyncio.sleep(seconds)
    print(f"{name} is ready")
    await start.wait()
    print(f"{name} runs")


async def starter(start: asyncio.Event) -> None:
    for _ in range(6):
        await asyncio.sleep(0.5)
    print("go!")
    start.set()


async def main() -> None:
    start = asyncio.Event()
    runners = [asyncio.create_task(runner(name, s, start)) for name, s in (("Ann", 1), ("Bob", 2), ("Cem", 4))]
    await starter(start)
    for task in runners:
        await task
    print("all run")


if __name__ == "__main__":
    asyncio.run(main())
