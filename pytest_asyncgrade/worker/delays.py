"""Varies the delays of the program's own sleeps, so that a program that prints by a timetable gets it wrong."""

from __future__ import annotations

import asyncio
import math
import sys
import time
from functools import cache
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping


def vary(
    ask: Callable[[], Mapping[float, float]], is_students: Callable[[str], object], note: Callable[[float], None]
) -> None:
    """Make `asyncio.sleep` and `time.sleep`, when a file of the student's calls them, wait other times.

    `ask` is called at the first of these sleeps, and returns the new delays; those not in it stay as they are.  `note`
    is called with each delay that the program asked for, in seconds.
    """
    ask = cache(ask)

    def wrap(sleep: Callable[..., Any]) -> Callable[..., Any]:
        def varied_sleep(delay: float, *args: Any, **kwargs: Any) -> Any:
            if (
                type(delay) in {int, float}
                and 0 < delay < math.inf
                and is_students(sys._getframe(1).f_code.co_filename)
            ):
                note(delay)
                delay = ask().get(delay, delay)
            return sleep(delay, *args, **kwargs)

        varied_sleep.__name__ = varied_sleep.__qualname__ = "sleep"
        return varied_sleep

    asyncio.sleep = asyncio.tasks.sleep = wrap(asyncio.sleep)
    time.sleep = wrap(time.sleep)
