"""Yields the coroutine of asyncio.sleep to the event loop.

loses: test_can_be_awaited, test_gives_its_water, test_can_be_awaited_again, test_nothing_before_it_is_awaited, test_can_be_given_up, test_whole_program
"""

import asyncio


class Kettle:
    def __init__(self, litres):
        self.litres = litres

    def __await__(self):
        print(f"heating {self.litres} litres")
        yield asyncio.sleep(self.litres)
        print("boiling")
        return f"{self.litres} litres of hot water"


async def main():
    print(await Kettle(2))
    await asyncio.gather(Kettle(1), Kettle(3))
    print("enough water")


if __name__ == "__main__":
    asyncio.run(main())
