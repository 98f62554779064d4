"""Awaits the cancelled workers without return_exceptions.

loses: test_results, test_retries_with_back_off, test_gives_up, test_results_while_it_works, test_shutdown, test_whole_program
"""

import asyncio


class TaskQueue:
    def __init__(self, workers, retries=2):
        self.workers = workers
        self.retries = retries
        self.jobs = asyncio.Queue()
        self.tasks = []
        self.closed = False

    async def __aenter__(self):
        for _ in range(self.workers):
            self.tasks.append(asyncio.create_task(self.worker()))
        return self

    async def __aexit__(self, *error):
        await self.shutdown()

    def submit(self, job):
        if self.closed:
            raise RuntimeError("the queue is shut down")
        future = asyncio.get_running_loop().create_future()
        self.jobs.put_nowait((job, future))
        return future

    async def worker(self):
        while True:
            job, future = await self.jobs.get()
            wait = 1
            left = self.retries
            while True:
                try:
                    future.set_result(await job())
                    break
                except Exception as error:
                    if left == 0:
                        future.set_exception(error)
                        break
                left -= 1
                await asyncio.sleep(wait)
                wait *= 2
            self.jobs.task_done()

    async def shutdown(self):
        self.closed = True
        await self.jobs.join()
        for t in self.tasks:
            t.cancel()
        await asyncio.gather(*self.tasks)


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
    async with TaskQueue(2) as queue:
        futures = [queue.submit(thumbnail), queue.submit(mail), queue.submit(report)]
    for i, future in enumerate(futures, 1):
        try:
            print(f"{i}: {await future}")
        except OSError as e:
            print(f"{i}: failed, {e}")


if __name__ == "__main__":
    asyncio.run(main())
