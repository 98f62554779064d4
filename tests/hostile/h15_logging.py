# logs to standard error, in addition to what it prints
import asyncio


import logging

logging.basicConfig(level=logging.INFO, format='%(asctime)s %(message)s')


async def func1():
    print("Function 1 started..")
    logging.info('waiting')
    await asyncio.sleep(2)
    print("Function 1 Ended")


async def func2():
    print("Function 2 started..")
    logging.info('waiting')
    await asyncio.sleep(3)
    print("Function 2 Ended")


async def func3():
    print("Function 3 started..")
    logging.info('waiting')
    await asyncio.sleep(1)
    print("Function 3 Ended")


async def main():
    await asyncio.gather(func1(), func2(), func3())
    print("Main Ended..")


asyncio.run(main())
