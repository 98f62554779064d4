"""What the grader lets the student's functions meet."""

import asyncio
from typing import Any


async def use(student: Any, name: str, text: str) -> bool:
    connection = student.Connection(name)
    async with connection as given:
        await given.send(text)
    return given is connection


async def fail_inside(student: Any) -> str:
    try:
        async with student.Connection("zoe"):
            raise KeyError("inside")
    except KeyError:
        print("went on")
        return "KeyError"
    return "nothing"


async def cancel_inside(student: Any) -> bool:
    async def use() -> None:
        async with student.Connection("zoe"):
            await asyncio.sleep(60)

    task = asyncio.create_task(use())
    await asyncio.sleep(5)
    task.cancel()
    await asyncio.wait([task])
    return task.cancelled()


async def send_unconnected(student: Any) -> list[str]:
    said = []
    connection = student.Connection("zoe")
    for _ in range(2):
        try:
            await connection.send("x")
        except RuntimeError as error:
            said.append(str(error))
        else:
            said.append("sent")
        async with connection:
            pass
    return said
