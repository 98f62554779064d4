# a segmentation fault in C
import asyncio


import ctypes


ctypes.memset(0, 0, 1)


async def func1():
    print("wrong")


func2 = func3 = main = func1


asyncio.run(main())
