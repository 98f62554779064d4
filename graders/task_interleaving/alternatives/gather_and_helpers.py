"""The rest of the program runs beside fn2() by gather; helpers wait and print; a limit on the second run."""

import asyncio


async def pause() -> None:
    await asyncio.sleep(1)


def say(word: str) -> None:
    print(word)


async def fn2() -> None:
    for word in ("two", "three"):
        await pause()
        say(word)


async def rest() -> None:
    say("one")
    await pause()
    await asyncio.wait_for(fn2(), timeout=10)
    for word in ("four", "five"):
        say(word)
        await pause()


async def fn() -> None:
    await asyncio.gather(fn2(), rest())


if __name__ == "__main__":
    asyncio.run(fn())
