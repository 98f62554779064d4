# a process that it starts prints for ever
import asyncio


import subprocess


subprocess.run(['sh', '-c', 'while true; do echo xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx; done'])


async def func1():
    print("wrong")


func2 = func3 = main = func1


asyncio.run(main())
