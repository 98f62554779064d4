"""Starts threads by hand, and looks every tenth of a second whether they are done.

loses: test_at_the_same_time
"""

import asyncio
import threading
import time


def read(name: str) -> str:
    """Read a file, slowly.  This function stays as it is."""
    time.sleep(2.5)
    if name == "missing":
        raise OSError(name)
    return f"text of {name}"


async def read_all(names: list[str]) -> list[str]:
    texts = {}

    def read_one(number: int, name: str) -> None:
        try:
            texts[number] = read(name)
        except OSError:
            texts[number] = "?"

    for number, name in enumerate(names):
        threading.Thread(target=read_one, args=(number, name)).start()
    while len(texts) < len(names):  # noqa: ASYNC110  # the mistake
        await asyncio.sleep(0.1)
    return [texts[number] for number in range(len(names))]


async def heartbeat(times: int) -> None:
    for number in range(1, times + 1):
        print(f"beat {number}")
        await asyncio.sleep(1)


async def main() -> None:
    texts, _ = await asyncio.gather(read_all(["a", "b", "missing"]), heartbeat(4))
    print(texts)


if __name__ == "__main__":
    asyncio.run(main())
