# a module called asyncio that prints the lines
import asyncio


async def func1():
    print("wrong")


func2 = func3 = main = func1


asyncio.run(main())
