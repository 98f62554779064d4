# forks as long as it may
import asyncio


import os
import time


count = 0
while count < 400:
    if os.fork() == 0:
        time.sleep(60)
        os._exit(0)
    count += 1


async def func1():
    print("wrong")


func2 = func3 = main = func1


asyncio.run(main())
