"""Sleeps in main before each line instead of planning it.

loses: test_plan_alone, test_whole_program
"""

import asyncio


def plan(loop: asyncio.AbstractEventLoop) -> None:
    loop.call_soon(print, "soon")
    loop.call_soon(print, "soon after that")
    print("planned")


async def main() -> None:
    plan(asyncio.get_running_loop())
    print("main goes on")
    await asyncio.sleep(1)
    print("one second later")
    await asyncio.sleep(1)
    print("two seconds later")
    await asyncio.sleep(1)
    print("main is done")


if __name__ == "__main__":
    asyncio.run(main())
