# no coroutine but main
import asyncio


LINES = ["Function 1 started..", "Function 2 started..", "Function 3 started..",
         "Function 3 Ended", "Function 1 Ended", "Function 2 Ended", "Main Ended.."]


def func1(): print(LINES[0])
def func2(): print(LINES[1])
def func3(): print(LINES[2])
async def main():
    func1(); func2(); func3()
    await asyncio.sleep(3)
    print(*LINES[3:], sep="\n")


asyncio.run(main())
