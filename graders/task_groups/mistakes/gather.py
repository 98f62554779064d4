"""Uses gather, which lets the others run on when one fails.

loses: test_one_fails, test_other_errors_go_on, test_whole_program
"""

import asyncio


async def build(part: str, seconds: float) -> str:
    print(f"{part} begins")
    try:
        await asyncio.sleep(seconds)
    except asyncio.CancelledError:
        print(f"{part} cancelled")
        raise
    if part == "engine":
        raise ValueError("no engine")
    print(f"{part} done")
    return part.upper()


async def assemble(parts: list[tuple[str, float]]) -> list[str] | None:
    try:
        return await asyncio.gather(*[build(part, seconds) for part, seconds in parts])
    except ValueError as error:
        print(f"failed: {error}")
        return None


async def main() -> None:
    print(await assemble([("wing", 1), ("tail", 2)]))
    await assemble([("wing", 1), ("engine", 2), ("tail", 3)])


if __name__ == "__main__":
    asyncio.run(main())
