"""An except clause around a TaskGroup does not catch the group that it raises.

loses: test_one_fails, test_whole_program
"""

"""Task groups."""

import asyncio


async def build(part, seconds):
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


async def assemble(parts):
    tasks = []
    try:
        async with asyncio.TaskGroup() as group:
            for part, seconds in parts:
                tasks.append(group.create_task(build(part, seconds)))
    except ValueError as e:
        print(f"failed: {e}")
        return None
    return [task.result() for task in tasks]


async def main():
    print(await assemble([("wing", 1), ("tail", 2)]))
    await assemble([("wing", 1), ("engine", 2), ("tail", 3)])


if __name__ == "__main__":
    asyncio.run(main())
