# each function in a separate loop, in a separate thread
import asyncio


import threading


async def func1():
    print("Function 1 started..")
    await asyncio.sleep(2)
    print("Function 1 Ended")


async def func2():
    print("Function 2 started..")
    await asyncio.sleep(3)
    print("Function 2 Ended")


async def func3():
    print("Function 3 started..")
    await asyncio.sleep(1)
    print("Function 3 Ended")


threads = [threading.Thread(target=asyncio.run, args=(f(),)) for f in (func1, func2, func3)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
print("Main Ended..")
