import asyncio

finished = 0


async def func1():
    global finished
    print("Function 1 started..")
    await asyncio.sleep(2)
    print("Function 1 Ended")
    finished += 1


async def func2():
    global finished
    print("Function 2 started..")
    await asyncio.sleep(3)
    print("Function 2 Ended")
    finished += 1


async def func3():
    global finished
    print("Function 3 started..")
    await asyncio.sleep(1)
    print("Function 3 Ended")
    finished += 1


async def main():
    asyncio.create_task(func1())
    asyncio.create_task(func2())
    await func3()
    while finished < 3: pass
    print("Main Ended..")


if __name__ == "__main__":
    asyncio.run(main())
