"""Calls the first worker w0.

loses: test_workers_share_the_work
"""

import asyncio


async def worker(name: str, queue: asyncio.Queue[tuple[str, float]]) -> None:
    while True:
        what, seconds = await queue.get()
        try:
            if seconds > 0:
                print(f"{name} starts {what}")
                await asyncio.sleep(seconds)
                print(f"{name} did {what}")
            else:
                print(f"{name} cannot do {what}")
        finally:
            queue.task_done()


async def do_all(items: list[tuple[str, float]], workers: int) -> None:
    queue: asyncio.Queue[tuple[str, float]] = asyncio.Queue(maxsize=2)
    tasks = [asyncio.create_task(worker(f"w{number}", queue)) for number in range(workers)]
    for item in items:
        await queue.put(item)
    await queue.join()
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)


async def main() -> None:
    await do_all([("a", 2), ("b", 1), ("c", 0), ("d", 2), ("e", 1)], 2)
    print("all done")


if __name__ == "__main__":
    asyncio.run(main())
