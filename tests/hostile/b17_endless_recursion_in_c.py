# no limit on recursion, then recursion without end
import asyncio


import sys


sys.setrecursionlimit(10**9)


def deeper(value):
    return sorted([value], key=deeper)


deeper(0)


async def func1():
    print("wrong")


func2 = func3 = main = func1


asyncio.run(main())
