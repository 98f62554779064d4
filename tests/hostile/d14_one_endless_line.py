# prints one line for ever
import asyncio


for _ in range(3000):
    print('x' * 100_000, end='')


async def func1():
    print("wrong")


func2 = func3 = main = func1


asyncio.run(main())
