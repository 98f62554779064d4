# data nested as deep as it goes
import asyncio


import json


data = []
for _ in range(200_000):
    data = [data]
print(len(json.dumps(data)))


async def func1():
    print("wrong")


func2 = func3 = main = func1


asyncio.run(main())
