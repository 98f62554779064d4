"""Runs the race in a TaskGroup."""

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
    async with asyncio.TaskGroup() as group:
        for name, seconds in {"Ann": 1, "Bob": 2, "Cem": 4}.items():
            group.create_task(runner(name, seconds, start))
        group.create_task(starter(start))
    print("all run")


if __name__ == "__main__":
    asyncio.run(main())
