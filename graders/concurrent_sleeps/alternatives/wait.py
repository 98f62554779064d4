"""asyncio.wait on a set of tasks, run by a loop of one's own."""

import asyncio


async def func1() -> None:
    print("Function 1 started..")
    await asyncio.sleep(2)
    print("Function 1 Ended")


async def func2() -> None:
    print("Function 2 started..")
    await asyncio.sleep(3)
    print("Function 2 Ended")


async def func3() -> None:
    print("Function 3 started..")
    await asyncio.sleep(1)
    print("Function 3 Ended")


async def main() -> None:
    await asyncio.wait({asyncio.create_task(function()) for function in (func1, func2, func3)})
    print("Main Ended..")


loop = asyncio.new_event_loop()
loop.run_until_complete(main())
loop.close()
