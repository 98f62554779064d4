"""A coroutine function is given to call_soon, which calls it and never awaits it.

loses: test_planning_prints_nothing_yet, test_soon_in_order, test_later_by_its_moment, test_plan_alone, test_whole_program
"""

import asyncio


async def say(text):
    print(text)


def plan(loop):
    loop.call_later(2, say, "two seconds later")
    loop.call_later(1, say, "one second later")
    loop.call_soon(say, "soon")
    loop.call_soon(say, "soon after that")
    print("planned")


async def main():
    plan(asyncio.get_running_loop())
    print("main goes on")
    await asyncio.sleep(3)
    print("main is done")


if __name__ == "__main__":
    asyncio.run(main())
