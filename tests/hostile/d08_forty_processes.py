# forks forty processes that stay
import asyncio


import os
import time


for _ in range(40):
    if os.fork() == 0:
        time.sleep(60)
        os._exit(0)


async def func1():
    print("wrong")


func2 = func3 = main = func1


asyncio.run(main())
