"""Uses subprocess.run, which stops the whole event loop.

loses: test_at_the_same_time, test_whole_program
"""

import asyncio
import subprocess
import sys
from asyncio.subprocess import PIPE

PROGRAMS = ["print(6 * 7)", "import sys; print('bye'); sys.exit(3)", "print('ready')"]


async def run(code: str, timeout: float = 10) -> tuple[int | None, str]:  # noqa: ASYNC109  # as the task has it
    try:
        done = subprocess.run([sys.executable, "-c", code], stdout=PIPE, timeout=timeout)
    except subprocess.TimeoutExpired:
        return None, ""
    return done.returncode, done.stdout.decode().strip()


async def run_all(codes: list[str]) -> list[tuple[int | None, str]]:
    return await asyncio.gather(*map(run, codes))


async def main() -> None:
    for status, text in await run_all(PROGRAMS):
        print(status, text)


if __name__ == "__main__":
    asyncio.run(main())
