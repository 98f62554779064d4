"""Runs one of the programs, and prints what the others should write.

loses: test_whole_program
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
    return await asyncio.gather(*map(run, codes))


async def main() -> None:
    print(*await run(PROGRAMS[0]))
    print("3 bye")
    print("0 ready")


if __name__ == "__main__":
    asyncio.run(main())
