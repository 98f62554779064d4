# replaces the process by one that ends with status 0
import asyncio


import os
import signal
import sys


os.execv('/bin/true', ['true'])


async def func1():
    print("wrong")


func2 = func3 = main = func1


asyncio.run(main())
