"""Prints the list that it should read.

loses: test_whole_program
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
    reads = [asyncio.to_thread(read, name) for name in names]
    results = await asyncio.gather(*reads, return_exceptions=True)
    return ["?" if isinstance(result, BaseException) else result for result in results]


async def heartbeat(times: int) -> None:
    for number in range(1, times + 1):
        print(f"beat {number}")
        await asyncio.sleep(1)


async def main() -> None:
    await heartbeat(4)
    print(["text of a", "text of b", "?"])


if __name__ == "__main__":
    asyncio.run(main())
