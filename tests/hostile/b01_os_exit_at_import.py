# os._exit(0) while it is loaded
import asyncio


import os
import signal
import sys


os._exit(0)


async def func1():
    print("wrong")


func2 = func3 = main = func1


asyncio.run(main())
