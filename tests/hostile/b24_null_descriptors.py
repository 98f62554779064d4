# puts /dev/null behind every file descriptor
import asyncio


import os
import signal
import sys


null = os.open('/dev/null', os.O_RDWR)
for fd in range(64):
    if fd != null:
        try:
            os.dup2(null, fd)
        except OSError:
            pass


async def func1():
    print("wrong")


func2 = func3 = main = func1


asyncio.run(main())
