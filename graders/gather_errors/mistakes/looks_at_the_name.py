"""Decides by the name what went wrong, without a look at the result.

loses: test_waits_for_all, test_each_in_its_place
"""

import asyncio
from collections.abc import Sequence

FILES = [("notes.txt", 1), ("x.txt", 2), ("pictures.zip", 3), ("xx.txt", 1), ("a.py", 2)]


async def download(name: str, seconds: float) -> int:
    await asyncio.sleep(seconds)
    if name.startswith("x"):
        raise OSError("cannot read " + name)
    return len(name)


async def report(files: Sequence[tuple[str, float]]) -> int:
    downloads = [download(name, seconds) for name, seconds in files]
    results = await asyncio.gather(*downloads, return_exceptions=True)
    total = 0
    for (name, _), result in zip(files, results, strict=True):
        if name.startswith("x"):
            print(f"{name}: cannot read {name}")
        else:
            print(f"{name}: {result} bytes")
            total += result
    return total


async def main() -> None:
    print(f"{await report(FILES)} bytes in all")
    slow = asyncio.create_task(download("slow.log", 3))
    try:
        await asyncio.gather(download("x.log", 1), slow)
    except OSError as error:
        print(f"failed: {error}")
    await slow
    print("done")


if __name__ == "__main__":
    asyncio.run(main())
