"""submit() is written with async def, so that it returns a coroutine and not the future.

loses: test_results, test_retries_with_back_off, test_gives_up, test_results_while_it_works, test_shutdown
"""

"""Task queue."""

import asyncio


class TaskQueue:
    def __init__(self, workers, retries=2):
        self.workers = workers
        self.retries = retries
        self.queue = asyncio.Queue()
        self.tasks = []
        self.closed = False

    async def __aenter__(self):
        for _ in range(self.workers):
            self.tasks.append(asyncio.create_task(self.worker()))
        return self

    async def __aexit__(self, *error):
        await self.shutdown()

    async def submit(self, job):
        if self.closed:
            raise RuntimeError("the queue is shut down")
        future = asyncio.get_running_loop().create_future()
        await self.queue.put((job, future))
        return future

    async def worker(self):
        while True:
            job, future = await self.queue.get()
            delay = 1
            for attempt in range(self.retries + 1):
                try:
                    future.set_result(await job())
                    break
                except Exception as error:
                    if attempt == self.retries:
                        future.set_exception(error)
                    else:
                        await asyncio.sleep(delay)
                        delay *= 2
            self.queue.task_done()

    async def shutdown(self):
        self.closed = True
        await self.queue.join()
        for task in self.tasks:
            task.cancel()
        await asyncio.gather(*self.tasks, return_exceptions=True)


async def thumbnail():
    print("try thumbnail")
    await asyncio.sleep(1)
    return "thumbnail"


async def mail(attempts=[]):
    print("try mail")
    attempts.append(1)
    if len(attempts) == 1:
        raise OSError("no answer")
    await asyncio.sleep(1)
    return "mail"


async def report():
    print("try report")
    raise OSError("no such file")


async def main():
    futures = []
    async with TaskQueue(2) as queue:
        for job in (thumbnail, mail, report):
            futures.append(await queue.submit(job))
    for number, future in enumerate(futures, 1):
        if future.exception():
            print(f"{number}: failed, {future.exception()}")
        else:
            print(f"{number}: {future.result()}")


if __name__ == "__main__":
    asyncio.run(main())
