"""What the grader lets the student's functions meet."""

import asyncio
from typing import Any


class JobError(Exception):
    """What a job raises."""


class Job:
    """A job that fails so many times, and takes so many seconds each time; it notes when it is tried."""

    def __init__(self, name: str, seconds: float, failures: int = 0) -> None:
        self.name, self.seconds, self.failures = name, seconds, failures
        self.tried: list[float] = []

    async def __call__(self) -> str:
        self.tried.append(asyncio.get_running_loop().time() - BEGIN[0])
        await asyncio.sleep(self.seconds)
        if len(self.tried) <= self.failures:
            raise JobError(f"{self.name} {len(self.tried)}")
        return self.name.upper()


BEGIN = [0.0]


async def do_jobs(student: Any, workers: int, retries: int, jobs: list[list[Any]]) -> list[Any]:
    """async with TaskQueue({workers}, {retries}) as queue: each job goes to queue.submit().

    Returns what comes of each job, when each was tried, how many tasks are left at last, and whether a result was there
    at once.
    """
    BEGIN[0] = asyncio.get_running_loop().time()
    given = [Job(*job) for job in jobs]
    async with student.TaskQueue(workers, retries) as queue:
        futures = [queue.submit(job) for job in given]
        at_once = [future.done() for future in futures]
    left = len(asyncio.all_tasks()) - 1
    results = ["open" if not f.done() else f"failed: {f.exception()}" if f.exception() else f.result() for f in futures]
    return [results, [job.tried for job in given], left, any(at_once)]


async def after_shutdown(student: Any) -> list[str]:
    """submit() on a TaskQueue(1), while shutdown() is running, and again when it is over.

    Returns what is said each time.
    """
    queue = student.TaskQueue(1)
    await queue.__aenter__()
    queue.submit(Job("a", 1))
    closing = asyncio.create_task(queue.shutdown())
    said = []
    for moment in (asyncio.sleep(0.5), closing):
        await moment
        try:
            queue.submit(Job("b", 1))
        except RuntimeError as error:
            said.append(str(error))
        else:
            said.append("taken")
    return said


async def use_while_it_works(student: Any) -> list[Any]:
    """in a TaskQueue(1), the first of two jobs is awaited, then a third one is submitted.

    A result can be awaited while the queue goes on, and what is submitted then is done, too.
    """
    async with student.TaskQueue(1) as queue:
        first = queue.submit(Job("a", 1))
        second = queue.submit(Job("b", 5))
        answer = await asyncio.wait_for(first, 60)
        early = not second.done()
        third = queue.submit(Job("c", 1))
    return [answer, early, third.done() and third.result()]
