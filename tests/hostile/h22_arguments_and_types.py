# argparse, types, a docstring, an exit status
import asyncio


"""Three waits."""

import argparse
import sys


async def func1() -> None:
    print("Function 1 started..")
    await asyncio.sleep(2)
    print("Function 1 Ended")


async def func2() -> None:
    print("Function 2 started..")
    await asyncio.sleep(3)
    print("Function 2 Ended")


async def func3() -> None:
    print("Function 3 started..")
    await asyncio.sleep(1)
    print("Function 3 Ended")


async def main() -> int:
    await asyncio.gather(func1(), func2(), func3())
    print("Main Ended..")
    return 0


if __name__ == "__main__":
    argparse.ArgumentParser().parse_args()
    sys.exit(asyncio.run(main()))
