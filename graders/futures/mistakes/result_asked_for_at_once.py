"""Asks for the result before it is there.

loses: test_guest_waits_for_any_order, test_fish_is_an_exception, test_all_at_the_same_time, test_whole_program
"""

import asyncio


async def guest(name: str, order: asyncio.Future[str]) -> None:
    print(f"{name} waits")
    try:
        dish = order.result()
    except ValueError as error:
        print(f"{name} gets nothing: {error}")
    else:
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
