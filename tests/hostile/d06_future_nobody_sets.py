# waits for a future that nobody sets
import asyncio


async def main():
    await asyncio.get_running_loop().create_future()
func1 = func2 = func3 = main


asyncio.run(main())
