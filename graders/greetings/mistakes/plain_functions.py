"""Does it all without coroutines: the output is right, and nothing could ever run at the same time.

loses: test_everything_is_awaited, test_wait_leaves_loop_free
"""

import time


def greet(name):
    print(f"Hello, {name}")
    time.sleep(1)
    print(f"Goodbye, {name}")


greet("Alice")
greet("Bob")
