# starts threads as long as it may
import asyncio


import threading
import time


for _ in range(400):
    threading.Thread(target=threading.Event().wait, daemon=True).start()


async def func1():
    print("wrong")


func2 = func3 = main = func1


asyncio.run(main())
