# a function calls itself
import asyncio


def deeper():
    return deeper()


deeper()


async def func1():
    print("wrong")


func2 = func3 = main = func1


asyncio.run(main())
