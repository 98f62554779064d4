"""What the grader lets the student's functions meet."""

import asyncio
from typing import Any


async def our_download(student: Any) -> list[object]:
    """report() of 20 files; the test's own download() takes 2 s for each, and some fail.

    One in five fails, whatever it is called.  Returns what report() does, and how many downloads began.
    """
    begun: list[str] = []

    async def download(name: str, seconds: float) -> int:
        begun.append(name)
        await asyncio.sleep(seconds)
        if name.endswith(("0.txt", "5.txt")):
            raise OSError("disk full")
        return 100

    student.download = download
    total = await student.report([(f"{number}.txt", 2) for number in range(20)])
    return [total, len(begun)]
