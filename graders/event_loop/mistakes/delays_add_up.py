"""Counts each delay from the one before.

loses: test_later_by_its_moment, test_plan_alone, test_whole_program
"""

import asyncio


def plan(loop: asyncio.AbstractEventLoop) -> None:
    loop.call_later(1 + 2, print, "two seconds later")
    loop.call_later(1, print, "one second later")
    loop.call_soon(print, "soon")
    loop.call_soon(print, "soon after that")
    print("planned")


async def main() -> None:
    plan(asyncio.get_running_loop())
    print("main goes on")
    await asyncio.sleep(3)
    print("main is done")


if __name__ == "__main__":
    asyncio.run(main())
