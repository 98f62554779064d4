# writes files as large as it may
import asyncio


for number in range(5):
    with open(f'big{number}', 'wb') as file:
        for _ in range(40):
            file.write(bytes(1_000_000))


async def func1():
    print("wrong")


func2 = func3 = main = func1


asyncio.run(main())
