# a crash asked of faulthandler
import asyncio


import os
import signal
import sys


import faulthandler
faulthandler._sigsegv()


async def func1():
    print("wrong")


func2 = func3 = main = func1


asyncio.run(main())
