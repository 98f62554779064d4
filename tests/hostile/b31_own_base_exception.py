# raises its own BaseException, whose text fails
import asyncio


class Gone(BaseException):
    def __str__(self):
        raise self
    __repr__ = __str__


LINES = ["Function 1 started..", "Function 2 started..", "Function 3 started..",
         "Function 3 Ended", "Function 1 Ended", "Function 2 Ended", "Main Ended.."]


print(*LINES, sep='\n')
raise Gone
