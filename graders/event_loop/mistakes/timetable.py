"""Writes a good plan(), and prints by a timetable instead of calling it.

loses: test_whole_program
"""

import asyncio


def plan(loop: asyncio.AbstractEventLoop) -> None:
    loop.call_later(2, print, "two seconds later")
    loop.call_later(1, print, "one second later")
    loop.call_soon(print, "soon")
    loop.call_soon(print, "soon after that")
    print("planned")


async def show() -> None:
    for line in ("planned", "main goes on", "soon", "soon after that"):
        print(line)
    for line in ("one second later", "two seconds later"):
        await asyncio.sleep(1)
        print(line)
    await asyncio.sleep(1)


async def main() -> None:
    await show()
    print("main is done")


if __name__ == "__main__":
    asyncio.run(main())
