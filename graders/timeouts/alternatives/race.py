"""Lets the server race against a sleep, and cancels what is late without awaiting it."""

import asyncio


async def fetch(city: str, seconds: float) -> str:
    await asyncio.sleep(seconds)
    return f"sunny in {city}"


async def ask(city: str, seconds: float) -> str:
    work = asyncio.create_task(fetch(city, seconds))
    limit = asyncio.create_task(asyncio.sleep(2))
    await asyncio.wait([work, limit], return_when=asyncio.FIRST_COMPLETED)
    if work.done():
        limit.cancel()
        return work.result()
    work.cancel()
    return f"no answer from {city}"


async def main() -> None:
    answers = await asyncio.gather(ask("Oslo", 1), ask("Rome", 5), ask("Lima", 2.5))
    for answer in answers:
        print(answer)
    print("done")


if __name__ == "__main__":
    asyncio.run(main())
