"""Says that there is no engine, whatever went wrong.

loses: test_one_fails
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
            tasks = [group.create_task(build(part, seconds)) for part, seconds in parts]
    except* ValueError:
        print("failed: no engine")
        return_value = None
    else:
        return_value = [task.result() for task in tasks]
    return return_value


async def main() -> None:
    print(await assemble([("wing", 1), ("tail", 2)]))
    await assemble([("wing", 1), ("engine", 2), ("tail", 3)])


if __name__ == "__main__":
    asyncio.run(main())
