# opens a named pipe that nobody writes to
import asyncio


import os


os.mkfifo('pipe')
open('pipe')


async def func1():
    print("wrong")


func2 = func3 = main = func1


asyncio.run(main())
