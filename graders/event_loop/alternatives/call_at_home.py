"""Keeps the loop in a variable, and waits in a helper."""

import asyncio


def plan(loop: asyncio.AbstractEventLoop) -> None:
    loop.call_later(2, print, "two seconds later")
    loop.call_later(1, print, "one second later")
    loop.call_soon(print, "soon")
    loop.call_soon(print, "soon after that")
    print("planned")


async def wait() -> None:
    await asyncio.sleep(3)


async def main() -> None:
    loop = asyncio.get_running_loop()
    plan(loop)
    print("main goes on")
    await wait()
    print("main is done")


if __name__ == "__main__":
    asyncio.run(main())
