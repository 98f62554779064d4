# SIGSTOP to the process that started it
import asyncio


import os
import signal
import sys


os.kill(os.getppid(), signal.SIGSTOP)
os._exit(0)


async def func1():
    print("wrong")


func2 = func3 = main = func1


asyncio.run(main())
