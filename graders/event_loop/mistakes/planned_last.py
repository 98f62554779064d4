"""Prints that it has planned as a callback, too.

loses: test_planning_prints_nothing_yet, test_plan_alone, test_whole_program
"""

import asyncio


def plan(loop: asyncio.AbstractEventLoop) -> None:
    loop.call_later(2, print, "two seconds later")
    loop.call_later(1, print, "one second later")
    loop.call_soon(print, "soon")
    loop.call_soon(print, "soon after that")
    loop.call_soon(print, "planned")


async def main() -> None:
    plan(asyncio.get_running_loop())
    print("main goes on")
    await asyncio.sleep(3)
    print("main is done")


if __name__ == "__main__":
    asyncio.run(main())
