"""Takes __call__ for what makes an object awaitable.

loses: test_can_be_awaited, test_gives_its_water, test_can_be_awaited_again, test_nothing_before_it_is_awaited, test_can_be_given_up
"""

import asyncio


class Kettle:
    def __init__(self, litres):
        self.litres = litres

    async def __call__(self):
        print(f"heating {self.litres} litres")
        await asyncio.sleep(self.litres)
        print("boiling")
        return f"{self.litres} litres of hot water"


async def main():
    kettle = Kettle(2)
    water = await kettle()
    print(water)
    small, big = Kettle(1), Kettle(3)
    await asyncio.gather(small(), big())
    print("enough water")


if __name__ == "__main__":
    asyncio.run(main())
