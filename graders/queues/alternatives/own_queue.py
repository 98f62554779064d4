"""Has a queue class of its own, made of one that was imported by name, and a producer."""

import asyncio
from asyncio import Queue


class Work(Queue[tuple[str, float]]):
    def __init__(self) -> None:
        super().__init__(2)


async def produce(items: list[tuple[str, float]], queue: Work) -> None:
    for item in items:
        await queue.put(item)


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
    queue = Work()
    tasks = [asyncio.create_task(worker(f"w{number}", queue)) for number in range(1, workers + 1)]
    await asyncio.create_task(produce(items, queue))
    await queue.join()
    for task in tasks:
        task.cancel()
    await asyncio.wait(tasks)


async def main() -> None:
    await do_all([("a", 2), ("b", 1), ("c", 0), ("d", 2), ("e", 1)], 2)
    print("all done")


if __name__ == "__main__":
    asyncio.run(main())
