# opens files as long as it may
import asyncio


files = [open(__file__) for _ in range(5000)]


async def func1():
    print("wrong")


func2 = func3 = main = func1


asyncio.run(main())
