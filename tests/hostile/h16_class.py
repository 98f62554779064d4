# methods of a class behind the three
import asyncio


class Work:
    def __init__(self, number, seconds):
        self.number, self.seconds = number, seconds

    async def run(self):
        print(f"Function {self.number} started..")
        await asyncio.sleep(self.seconds)
        print(f"Function {self.number} Ended")


async def func1(): await Work(1, 2).run()
async def func2(): await Work(2, 3).run()
async def func3(): await Work(3, 1).run()


async def main():
    await asyncio.gather(func1(), func2(), func3())
    print("Main Ended..")


asyncio.run(main())
