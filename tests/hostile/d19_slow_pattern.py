# a pattern that takes for ever
import asyncio


import re


re.match('(a+)+$', 'a' * 60 + 'b')


async def func1():
    print("wrong")


func2 = func3 = main = func1


asyncio.run(main())
