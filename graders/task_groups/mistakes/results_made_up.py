"""Returns what build() should return, and not what it returns.

loses: test_all_goes_well
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
        async with asyncio.TaskGroup() as group:
            for part, seconds in parts:
                group.create_task(build(part, seconds))
    except* ValueError as errors:
        for error in errors.exceptions:
            print(f"failed: {error}")
        return_value = None
    else:
        return_value = [part.upper() for part, _ in parts]
    return return_value


async def main() -> None:
    print(await assemble([("wing", 1), ("tail", 2)]))
    await assemble([("wing", 1), ("engine", 2), ("tail", 3)])


if __name__ == "__main__":
    asyncio.run(main())
