# callbacks of the loop print the lines
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
    loop = asyncio.get_running_loop()
    print(*LINES[:3], sep="\n")
    for second, line in enumerate(LINES[3:6], start=1):
        loop.call_later(second, print, line)
    await asyncio.sleep(3.5)
    print(LINES[6])


asyncio.run(main())
