# threads and time.sleep: the right lines at the right moments, without asyncio
import asyncio


import threading
import time


def func1():
    print("Function 1 started..")
    time.sleep(2)
    print("Function 1 Ended")


def func2():
    print("Function 2 started..")
    time.sleep(3)
    print("Function 2 Ended")


def func3():
    print("Function 3 started..")
    time.sleep(1)
    print("Function 3 Ended")


threads = [threading.Thread(target=f) for f in (func1, func2, func3)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
print("Main Ended..")
