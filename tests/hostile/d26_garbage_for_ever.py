# an object that comes back to life whenever it is collected
import asyncio


class Lazarus:
    def __del__(self):
        Lazarus()


Lazarus()


async def func1():
    print("wrong")


func2 = func3 = main = func1


asyncio.run(main())
