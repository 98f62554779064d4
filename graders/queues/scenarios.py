"""What the grader lets the student's functions meet."""

import asyncio
from typing import Any


async def one_worker(student: Any, items: list[tuple[str, float]]) -> list[object]:
    """Let one worker of the student's do items of the grader's; tell whether it said so of each."""
    queue: asyncio.Queue[tuple[str, float]] = asyncio.Queue()
    for item in items:
        queue.put_nowait(item)
    task = asyncio.create_task(student.worker("zoe", queue))
    try:
        async with asyncio.timeout(100):
            await queue.join()
    except TimeoutError:
        return ["not said for all", task.done()]
    ended = task.done()
    task.cancel()
    await asyncio.wait([task])
    return ["said for all", ended]


async def watch_queue(student: Any, items: list[tuple[str, float]], workers: int) -> list[object]:
    """Tell how full the queue of do_all() becomes, and how many tasks are left when it returns."""
    most = 0
    rooms = []

    class Queue(asyncio.Queue[Any]):
        def __init__(self, maxsize: int = 0) -> None:
            rooms.append(maxsize)
            super().__init__(maxsize)

        def _put(self, item: object) -> None:
            nonlocal most
            super()._put(item)
            most = max(most, self.qsize())

    asyncio.Queue = Queue  # type: ignore[misc]  # what the student's module makes its queue of
    await student.do_all(items, workers)
    return [rooms, most, len(asyncio.all_tasks()) - 1]
