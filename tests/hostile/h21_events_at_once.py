# an event starts all three
import asyncio


async def func1():
    print("Function 1 started..")
    await asyncio.sleep(2)
    print("Function 1 Ended")


async def func2():
    print("Function 2 started..")
    await asyncio.sleep(3)
    print("Function 2 Ended")


async def func3():
    print("Function 3 started..")
    await asyncio.sleep(1)
    print("Function 3 Ended")


async def after(event, coroutine):
    await event.wait()
    await coroutine


async def main():
    event = asyncio.Event()
    tasks = [asyncio.create_task(after(event, c)) for c in (func1(), func2(), func3())]
    event.set()
    await asyncio.gather(*tasks)
    print("Main Ended..")


asyncio.run(main())
