"""What the grader lets the student's functions meet."""

import asyncio
from typing import Any


async def one_worker(student: Any, items: list[tuple[str, float]]) -> list[object]:
    """worker("zoe", queue), with these items and their seconds in the queue: {items}.

    Returns whether the worker said of each item that it is done, and whether the worker ended.
    """
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
    """do_all() with {workers} workers, and these items and their seconds: {items}.

    Returns the room of each queue, how full it becomes, and how many tasks are left when do_all() returns.
    """
    most = 0
    rooms = {}
    put_nowait = asyncio.Queue.put_nowait

    def watch(queue: asyncio.Queue[Any], item: object) -> None:
        nonlocal most
        put_nowait(queue, item)
        rooms[id(queue)] = queue.maxsize
        most = max(most, queue.qsize())

    asyncio.Queue.put_nowait = watch  # type: ignore[method-assign, assignment]  # put() calls it, too
    await student.do_all(items, workers)
    return [list(rooms.values()), most, len(asyncio.all_tasks()) - 1]
