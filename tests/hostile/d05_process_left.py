# leaves a process that holds the standard output
import asyncio


import subprocess
import sys


subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(60)'])


async def func1():
    print("wrong")


func2 = func3 = main = func1


asyncio.run(main())
