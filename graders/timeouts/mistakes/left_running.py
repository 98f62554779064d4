"""Waits for a task with asyncio.wait, which gives up waiting and lets the task run on.

loses: test_too_late, test_nothing_goes_on, test_all_at_the_same_time
"""

import asyncio


async def fetch(city: str, seconds: float) -> str:
    await asyncio.sleep(seconds)
    return f"sunny in {city}"


async def ask(city: str, seconds: float) -> str:
    task = asyncio.create_task(fetch(city, seconds))
    done, _pending = await asyncio.wait([task], timeout=2)
    if done:
        return task.result()
    await asyncio.shield(task)
    return f"no answer from {city}"


async def main() -> None:
    answers = await asyncio.gather(ask("Oslo", 1), ask("Rome", 5), ask("Lima", 2.5))
    for answer in answers:
        print(answer)
    print("done")


if __name__ == "__main__":
    asyncio.run(main())
