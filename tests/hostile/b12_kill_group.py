# SIGKILL to its process group
import asyncio


import os
import signal
import sys


os.killpg(0, signal.SIGKILL)


async def func1():
    print("wrong")


func2 = func3 = main = func1


asyncio.run(main())
