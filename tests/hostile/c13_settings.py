# settings of pytest that collect nothing
import asyncio


async def func1():
    print("wrong")


func2 = func3 = main = func1


asyncio.run(main())
