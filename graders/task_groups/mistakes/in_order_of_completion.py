"""Returns the results in the order in which the parts are done.

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


async def build_one(part: str, seconds: float, results: list[str]) -> None:
    results.append(await build(part, seconds))


async def assemble(parts: list[tuple[str, float]]) -> list[str] | None:
    results: list[str] = []
    try:
        async with asyncio.TaskGroup() as group:
            for part, seconds in parts:
                group.create_task(build_one(part, seconds, results))
    except* ValueError as errors:
        for error in errors.exceptions:
            print(f"failed: {error}")
        return_value = None
    else:
        return_value = results
    return return_value


async def main() -> None:
    print(await assemble([("wing", 1), ("tail", 2)]))
    await assemble([("wing", 1), ("engine", 2), ("tail", 3)])


if __name__ == "__main__":
    asyncio.run(main())
