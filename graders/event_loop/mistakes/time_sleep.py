"""Stops the loop for three seconds, so that everything comes at the end.

loses: test_soon_in_order, test_later_by_its_moment, test_whole_program
"""

import asyncio
import time


def plan(loop: asyncio.AbstractEventLoop) -> None:
    loop.call_later(2, print, "two seconds later")
    loop.call_later(1, print, "one second later")
    loop.call_soon(print, "soon")
    loop.call_soon(print, "soon after that")
    print("planned")


async def main() -> None:
    plan(asyncio.get_running_loop())
    print("main goes on")
    time.sleep(3)
    print("main is done")


if __name__ == "__main__":
    asyncio.run(main())
