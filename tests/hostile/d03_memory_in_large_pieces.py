# takes memory in large pieces
import asyncio


hoard = []
while len(hoard) < 300:
    hoard.append(bytearray(b'x') * 10_000_000)


async def func1():
    print("wrong")


func2 = func3 = main = func1


asyncio.run(main())
