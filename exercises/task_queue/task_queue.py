"""Task queue: read README.md, then replace each TODO."""

import asyncio


class TaskQueue:
    def __init__(self, workers, retries=2):
        self.workers = workers
        self.retries = retries
        # TODO: where are the jobs?

    async def __aenter__(self):
        # TODO: start the workers
        return self

    async def __aexit__(self, *error):
        await self.shutdown()

    def submit(self, job):
        # TODO: put the job in, return a future for its result
        pass

    async def shutdown(self):
        # TODO: wait until all is done, end the workers
        pass


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
    # TODO: submit thumbnail, mail and report to a queue of 2 workers, print each result
    pass


if __name__ == "__main__":
    asyncio.run(main())
