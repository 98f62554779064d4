# compiled code that does not belong to its source
import asyncio


import helpers


async def func1():
    print("wrong")


func2 = func3 = main = func1


asyncio.run(main())
