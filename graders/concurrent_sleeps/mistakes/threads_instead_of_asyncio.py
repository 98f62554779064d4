"""Takes concurrency to mean threads, and joins each before it starts the next: no event loop, and nothing overlaps.

loses: test_loop_stays_free, test_three_at_a_time, test_all_start_at_once, test_shortest_wait_ends_first, test_longest_wait_not_sum, test_functions_do_the_work, test_each_function_alone
"""

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


for function in (func1, func2, func3):
    thread = threading.Thread(target=function)
    thread.start()
    thread.join()
print("Main Ended..")
