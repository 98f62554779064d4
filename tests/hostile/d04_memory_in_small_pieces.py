# takes memory in small pieces
import asyncio


hoard = []
while len(hoard) < 30_000_000:
    hoard.append([1])


async def func1():
    print("wrong")


func2 = func3 = main = func1


asyncio.run(main())
