"""What the grader lets the student's functions meet."""

import asyncio
from typing import Any


async def ask(student: Any, city: str, seconds: float) -> object:
    """ask("{city}", {seconds}) is awaited once."""
    answer = await student.ask(city, seconds)
    await asyncio.sleep(0)  # what was cancelled has time to end
    return answer


async def slow_server(student: Any) -> list[object]:
    """ask("Kyiv", 60), and then ask("Kyiv", 1), with the test's own fetch().

    The server notes how it ends.
    """
    ended: list[object] = []

    async def fetch(city: str, seconds: float) -> str:
        try:
            await asyncio.sleep(seconds)
        except asyncio.CancelledError:
            ended.append("cancelled")
            raise
        ended.append("answered")
        return f"rain in {city}"

    student.fetch = fetch
    answer = await ask(student, "Kyiv", 60)
    return [answer, *ended, await ask(student, "Kyiv", 1)]


async def other_weather(student: Any) -> None:
    """main() with the test's own fetch(): Rome answers after 1 s, the others after 3 s.

    It says something else than the student's.
    """

    async def fetch(city: str, _seconds: float) -> str:
        await asyncio.sleep(1 if city == "Rome" else 3)
        return f"rain in {city}"

    student.fetch = fetch
    await student.main()
