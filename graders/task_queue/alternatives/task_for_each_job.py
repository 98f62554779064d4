"""Has a task for each job, and a semaphore with a place for each worker."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any, Self

Job = Callable[[], Awaitable[Any]]


class TaskQueue:
    def __init__(self, workers: int, retries: int = 2) -> None:
        self.workers = workers
        self.retries = retries
        self.places = asyncio.Semaphore(workers)
        self.tasks: list[asyncio.Task[Any]] = []
        self.is_open = True

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *error: object) -> None:
        await self.shutdown()

    def submit(self, job: Job) -> asyncio.Future[Any]:
        if not self.is_open:
            raise RuntimeError("the queue is shut down")
        task = asyncio.create_task(self.work(job))
        self.tasks.append(task)
        return task

    async def work(self, job: Job) -> Any:
        async with self.places:
            return await self.attempt(job)

    async def attempt(self, job: Job) -> Any:
        for number in range(self.retries):
            try:
                return await job()
            except Exception:
                await asyncio.sleep(2**number)
        return await job()

    async def shutdown(self) -> None:
        self.is_open = False
        await asyncio.gather(*self.tasks, return_exceptions=True)


async def thumbnail() -> str:
    print("try thumbnail")
    await asyncio.sleep(1)
    return "thumbnail"


async def mail(attempts: list[int] = []) -> str:  # noqa: B006  # it is to remember
    print("try mail")
    attempts.append(1)
    if len(attempts) == 1:
        raise OSError("no answer")
    await asyncio.sleep(1)
    return "mail"


async def report() -> str:
    print("try report")
    raise OSError("no such file")


async def main() -> None:
    async with TaskQueue(2) as queue:
        futures = [queue.submit(job) for job in (thumbnail, mail, report)]
    for number, result in enumerate(await asyncio.gather(*futures, return_exceptions=True), start=1):
        print(f"{number}: failed, {result}" if isinstance(result, Exception) else f"{number}: {result}")


if __name__ == "__main__":
    asyncio.run(main())
