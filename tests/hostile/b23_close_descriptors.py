# closes every file descriptor
import asyncio


import os
import signal
import sys


os.closerange(0, 256)


async def func1():
    print("wrong")


func2 = func3 = main = func1


asyncio.run(main())
