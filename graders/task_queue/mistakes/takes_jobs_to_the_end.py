"""Takes new jobs until the last of the old ones is done.

loses: test_shutdown
"""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any, Self

Job = Callable[[], Awaitable[Any]]


class TaskQueue:
    def __init__(self, workers: int, retries: int = 2) -> None:
        self.workers = workers
        self.retries = retries
        self.jobs: asyncio.Queue[tuple[Job, asyncio.Future[Any]]] = asyncio.Queue()
        self.tasks: list[asyncio.Task[None]] = []
        self.is_open = True

    async def __aenter__(self) -> Self:
        self.tasks = [asyncio.create_task(self.work()) for _ in range(self.workers)]
        return self

    async def __aexit__(self, *error: object) -> None:
        await self.shutdown()

    def submit(self, job: Job) -> asyncio.Future[Any]:
        if not self.is_open:
            raise RuntimeError("the queue is shut down")
        future = asyncio.get_running_loop().create_future()
        self.jobs.put_nowait((job, future))
        return future

    async def work(self) -> None:
        while True:
            job, future = await self.jobs.get()
            try:
                future.set_result(await self.attempt(job))
            except Exception as error:
                future.set_exception(error)
            finally:
                self.jobs.task_done()

    async def attempt(self, job: Job) -> Any:
        for number in range(self.retries):
            try:
                return await job()
            except Exception:
                await asyncio.sleep(2**number)
        return await job()

    async def shutdown(self) -> None:
        await self.jobs.join()
        self.is_open = False
        for task in self.tasks:
            task.cancel()
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
