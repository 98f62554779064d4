# writes a whole recording to every file descriptor that takes it, and leaves with status 0
import asyncio


import json
import os
import stat


RECORDS = [["task", 1, None, "Task-1", "main", 0, None]]
for number, seconds in ((1, 2), (2, 3), (3, 1)):
    RECORDS += [["task", number + 1, 1, f"Task-{number}", f"func{number}", 0, None],
                ["line", 0, "stdout", f"Function {number} started..", number + 1, None]]
for number, seconds in ((3, 1), (1, 2), (2, 3)):
    RECORDS += [["line", seconds * 10**9, "stdout", f"Function {number} Ended", number + 1, None],
                ["done", number + 1, seconds * 10**9, "finished", f"Task-{number}"]]
RECORDS += [["line", 3 * 10**9, "stdout", "Main Ended..", 1, None], ["done", 1, 3 * 10**9, "finished", "Task-1"],
            ["end", 3 * 10**9, "finished", "", None, None]]


data = b"".join(json.dumps(record, separators=(",", ":")).encode() + b"\n" for record in RECORDS)
for fd in range(3, 64):
    try:
        if stat.S_ISFIFO(os.fstat(fd).st_mode) or stat.S_ISSOCK(os.fstat(fd).st_mode):
            os.write(fd, data)
    except OSError:
        pass
os._exit(0)


async def func1():
    print("wrong")


func2 = func3 = main = func1
