"""Says task_done() twice of an item: after the work, and again at the end of the loop.

loses: test_worker, test_what_cannot_be_done, test_workers_share_the_work, test_whole_program
"""

import asyncio


async def worker(name, queue):
    while True:
        item, seconds = await queue.get()
        if seconds <= 0:
            print(f"{name} cannot do {item}")
        else:
            print(f"{name} starts {item}")
            await asyncio.sleep(seconds)
            print(f"{name} did {item}")
            queue.task_done()
        queue.task_done()


async def do_all(items, workers):
    queue = asyncio.Queue(maxsize=2)
    team = []
    for i in range(workers):
        team.append(asyncio.create_task(worker(f"w{i + 1}", queue)))
    for item in items:
        await queue.put(item)
    await queue.join()
    for t in team:
        t.cancel()
    await asyncio.gather(*team, return_exceptions=True)


async def main():
    await do_all([("a", 2), ("b", 1), ("c", 0), ("d", 2), ("e", 1)], 2)
    print("all done")


if __name__ == "__main__":
    asyncio.run(main())
