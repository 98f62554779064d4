"""Keeps the texts by name: who asks for a file twice gets it once.

loses: test_contents_in_order
"""

import asyncio
import time


def read(name: str) -> str:
    """Read a file, slowly.  This function stays as it is."""
    time.sleep(2.5)
    if name == "missing":
        raise OSError(name)
    return f"text of {name}"


async def read_all(names: list[str]) -> list[str]:
    texts = dict.fromkeys(names, "?")

    async def read_one(name: str) -> None:
        try:
            texts[name] = await asyncio.to_thread(read, name)
        except OSError:
            return

    await asyncio.gather(*map(read_one, names))
    return list(texts.values())


async def heartbeat(times: int) -> None:
    for number in range(1, times + 1):
        print(f"beat {number}")
        await asyncio.sleep(1)


async def main() -> None:
    texts, _ = await asyncio.gather(read_all(["a", "b", "missing"]), heartbeat(4))
    print(texts)


if __name__ == "__main__":
    asyncio.run(main())
