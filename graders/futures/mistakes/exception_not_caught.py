"""Does not expect an exception in the order.

loses: test_fish_is_an_exception, test_all_at_the_same_time, test_whole_program
"""

import asyncio


async def guest(name: str, order: asyncio.Future[str]) -> None:
    print(f"{name} waits")
    dish = await order
    print(f"{name} eats {dish}")


async def cook(order: asyncio.Future[str], dish: str) -> None:
    await asyncio.sleep(2)
    if dish == "fish":
        order.set_exception(ValueError("no fish today"))
    else:
        order.set_result(dish)


async def serve(dish: str) -> None:
    order: asyncio.Future[str] = asyncio.get_running_loop().create_future()
    await asyncio.gather(guest("Ann", order), guest("Bob", order), cook(order, dish))


async def main() -> None:
    await serve("soup")
    await serve("fish")


if __name__ == "__main__":
    asyncio.run(main())
