"""Subprocesses: read README.md, then replace each TODO."""

import asyncio
import sys

PROGRAMS = ["print(6 * 7)", "import sys; print('bye'); sys.exit(3)", "print('ready')"]


async def run(code, timeout=10):
    # TODO: start sys.executable -c code, wait for its end, return exit status and text
    # TODO: kill it if it takes too long, and await its end
    pass


async def run_all(codes):
    # TODO: run all at the same time
    pass


async def main():
    # TODO: run PROGRAMS, print status and text of each
    pass


if __name__ == "__main__":
    asyncio.run(main())
