"""Prints in serve() what guest() and cook() should bring about.

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
    names = ("Ann", "Bob")
    for name in names:
        print(f"{name} waits")
    await asyncio.sleep(2)
    for name in names:
        print(f"{name} gets nothing: no fish today" if dish == "fish" else f"{name} eats {dish}")


async def main() -> None:
    await serve("soup")
    await serve("fish")


if __name__ == "__main__":
    asyncio.run(main())
