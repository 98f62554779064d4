"""Lets two programs run at a time, not all.

loses: test_at_the_same_time
"""

import asyncio
import sys
from asyncio.subprocess import PIPE

PROGRAMS = ["print(6 * 7)", "import sys; print('bye'); sys.exit(3)", "print('ready')"]


async def run(code: str, timeout: float = 10) -> tuple[int | None, str]:  # noqa: ASYNC109  # as the task has it
    process = await asyncio.create_subprocess_exec(sys.executable, "-c", code, stdout=PIPE)
    try:
        async with asyncio.timeout(timeout):
            output, _ = await process.communicate()
    except TimeoutError:
        process.kill()
        await process.wait()
        return None, ""
    return process.returncode, output.decode().strip()


async def run_all(codes: list[str]) -> list[tuple[int | None, str]]:
    places = asyncio.Semaphore(2)

    async def run_one(code: str) -> tuple[int | None, str]:
        async with places:
            return await run(code)

    return await asyncio.gather(*map(run_one, codes))


async def main() -> None:
    for status, text in await run_all(PROGRAMS):
        print(status, text)


if __name__ == "__main__":
    asyncio.run(main())
