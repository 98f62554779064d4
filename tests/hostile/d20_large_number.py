# computes a number that takes for ever
import asyncio


import sys


sys.set_int_max_str_digits(0)
print(len(str(7 ** 10**8)))


async def func1():
    print("wrong")


func2 = func3 = main = func1


asyncio.run(main())
