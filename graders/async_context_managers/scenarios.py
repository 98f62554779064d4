"""What the grader lets the student's functions meet."""

import asyncio
from typing import Any


async def use(student: Any, name: str, text: str) -> bool:
    """async with Connection("{name}") as connection: await connection.send("{text}")."""
    connection = student.Connection(name)
    async with connection as given:
        await given.send(text)
    return given is connection


async def fail_inside(student: Any) -> list[bool]:
    """an error in the block of async with Connection("zoe"): a KeyError, then a ValueError.

    Returns of the two kinds of errors whether they come out.
    """
    return [await comes_out(student, error) for error in (KeyError("inside"), ValueError("inside"))]


async def comes_out(student: Any, error: Exception) -> bool:
    try:
        async with student.Connection("zoe"):
            raise error
    except type(error) as caught:
        print("went on")
        return caught is error
    return False


async def cancel_inside(student: Any) -> bool:
    """a task is cancelled after 5 s, in the block of async with Connection("zoe")."""

    async def use() -> None:
        async with student.Connection("zoe"):
            await asyncio.sleep(60)

    task = asyncio.create_task(use())
    await asyncio.sleep(5)
    task.cancel()
    await asyncio.wait([task])
    return task.cancelled()


async def send_unconnected(student: Any) -> list[str]:
    """send() before a connection is opened, after it is closed, and while another one is open."""
    connection = student.Connection("zoe")
    said = [await send(connection)]
    async with connection:
        pass
    said.append(await send(connection))
    async with student.Connection("ann"):
        said.append(await send(connection))
    return said


async def send(connection: Any) -> str:
    try:
        await connection.send("x")
    except RuntimeError as error:
        return str(error)
    return "sent"
