"""Two guests wait for what one cook makes."""

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
    order: asyncio.Future[str] = asyncio.get_running_loop().create_future()
    await asyncio.gather(guest("Ann", order), guest("Bob", order), cook(order, dish))


async def main() -> None:
    await serve("soup")
    await serve("fish")


if __name__ == "__main__":
    asyncio.run(main())
