"""A student's program that goes through sets of tasks wherever asyncio does."""

import asyncio


async def work(n: int, order: list[int], delay: float = 1) -> int:
    order.append(n)
    try:
        await asyncio.sleep(delay)
    except asyncio.CancelledError:
        order.append(n)
        raise
    return n


async def boom(delay: float) -> None:
    await asyncio.sleep(delay)
    raise ValueError


async def group_of(names: list[str]) -> None:
    said: list[str] = []

    async def say(name: str) -> None:
        said.append(name)

    tasks = {asyncio.create_task(say(name)) for name in names}
    await asyncio.gather(*tasks)
    print("another group", said)


async def main() -> None:
    order: list[int] = []
    results = [await first for first in asyncio.as_completed([work(n, order) for n in range(8)])]
    print("as_completed starts", order)
    print("as_completed gives", results)

    tasks = {asyncio.create_task(work(n, [], 1 + 4 * (n > 6))) for n in range(13)}
    done, pending = await asyncio.wait(tasks, timeout=2)
    print("done", [task.get_name() for task in done])
    print("pending", [task.get_name() for task in pending])
    print("all tasks", [task.get_name() for task in asyncio.all_tasks()])
    await asyncio.wait(pending)

    order = []
    try:
        async with asyncio.TaskGroup() as group:
            for n in range(14):
                group.create_task(boom(1) if n == 12 else work(n, order, 2))
            await asyncio.sleep(0.5)
            order.clear()
    except* ValueError:
        print("aborted", order)
    await group_of(["first", "second", "third"])


asyncio.run(main())
