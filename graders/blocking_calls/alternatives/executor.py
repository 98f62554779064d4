"""Uses an executor of its own."""

import asyncio
import time
from concurrent.futures import ThreadPoolExecutor


def read(name: str) -> str:
    """Read a file, slowly.  This function stays as it is."""
    time.sleep(2.5)
    if name == "missing":
        raise OSError(name)
    return f"text of {name}"


async def read_all(names: list[str]) -> list[str]:
    loop = asyncio.get_running_loop()
    with ThreadPoolExecutor(max_workers=len(names)) as pool:
        reads = [loop.run_in_executor(pool, read, name) for name in names]
        results = await asyncio.gather(*reads, return_exceptions=True)
    return ["?" if isinstance(result, BaseException) else result for result in results]


async def heartbeat(times: int) -> None:
    for number in range(1, times + 1):
        print(f"beat {number}")
        await asyncio.sleep(1)


async def main() -> None:
    texts, _ = await asyncio.gather(read_all(["a", "b", "missing"]), heartbeat(4))
    print(texts)


if __name__ == "__main__":
    asyncio.run(main())
