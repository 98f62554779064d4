"""Ends a worker after its first item.

loses: test_worker, test_what_cannot_be_done, test_workers_share_the_work, test_room_for_two, test_whole_program
"""

import asyncio


async def worker(name: str, queue: asyncio.Queue[tuple[str, float]]) -> None:
    for _ in range(1):
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
    tasks = [asyncio.create_task(worker(f"w{number}", queue)) for number in range(1, workers + 1)]
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
