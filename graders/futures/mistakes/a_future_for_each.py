"""Makes a future for each guest, and cooks twice.

loses: test_all_at_the_same_time
"""

import asyncio


async def guest(name: str, order: asyncio.Future[str]) -> None:
    print(f"{name} waits")
    try:
        dish = await order
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
    loop = asyncio.get_running_loop()
    ann, bob = loop.create_future(), loop.create_future()
    await asyncio.gather(guest("Ann", ann), guest("Bob", bob), cook(ann, dish), cook(bob, dish))


async def main() -> None:
    await serve("soup")
    await serve("fish")


if __name__ == "__main__":
    asyncio.run(main())
