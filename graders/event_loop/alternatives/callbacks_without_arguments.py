"""Hands over functions that know what to print."""

import asyncio


def plan(loop: asyncio.AbstractEventLoop) -> None:
    loop.call_later(2, lambda: print("two seconds later"))
    loop.call_later(1, lambda: print("one second later"))
    loop.call_soon(lambda: print("soon"))
    loop.call_soon(lambda: print("soon after that"))
    print("planned")


async def main() -> None:
    plan(asyncio.get_running_loop())
    print("main goes on")
    await asyncio.sleep(3)
    print("main is done")


if __name__ == "__main__":
    asyncio.run(main())
