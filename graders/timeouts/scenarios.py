"""What the grader lets the student's functions meet."""

import asyncio
from typing import Any


async def slow_server(student: Any) -> list[object]:
    """Ask a server that notes how it ends."""
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
    answer = await student.ask("Kyiv", 60)
    return [answer, *ended]
