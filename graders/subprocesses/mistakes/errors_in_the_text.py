"""Lets standard error go where standard output goes.

loses: test_text_and_status
"""

import asyncio
import sys
from asyncio.subprocess import PIPE, STDOUT

PROGRAMS = ["print(6 * 7)", "import sys; print('bye'); sys.exit(3)", "print('ready')"]


async def run(code: str, timeout: float = 10) -> tuple[int | None, str]:  # noqa: ASYNC109  # as the task has it
    process = await asyncio.create_subprocess_exec(sys.executable, "-c", code, stdout=PIPE, stderr=STDOUT)
    try:
        async with asyncio.timeout(timeout):
            output, _ = await process.communicate()
    except TimeoutError:
        process.kill()
        await process.wait()
        return None, ""
    return process.returncode, output.decode().strip()


async def run_all(codes: list[str]) -> list[tuple[int | None, str]]:
    return await asyncio.gather(*map(run, codes))


async def main() -> None:
    for status, text in await run_all(PROGRAMS):
        print(status, text)


if __name__ == "__main__":
    asyncio.run(main())
