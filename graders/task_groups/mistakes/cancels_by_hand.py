"""Uses gather and cancels the others itself, for the error it knows, and without awaiting them.

loses: test_one_fails, test_other_errors_go_on
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
    tasks = [asyncio.create_task(build(part, seconds)) for part, seconds in parts]
    try:
        return await asyncio.gather(*tasks)
    except ValueError as error:
        for task in tasks:
            task.cancel()
        await asyncio.sleep(0)
        print(f"failed: {error}")
    return None


async def main() -> None:
    print(await assemble([("wing", 1), ("tail", 2)]))
    await assemble([("wing", 1), ("engine", 2), ("tail", 3)])


if __name__ == "__main__":
    asyncio.run(main())
