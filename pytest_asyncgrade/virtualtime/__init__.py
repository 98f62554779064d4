"""Virtual time: any asyncio program of this process, run at once and timed exactly.

What a program prints on the stock loop in real time it prints here, in the same order, with exact durations.
"""

from .bell import VirtualTimeLimitError, limit_time
from .clock import Observer, VirtualClock
from .deadlock import DeadlockError
from .instant import Instant
from .loop import VirtualTimeLoop
from .patches import virtual_time

__all__ = [
    "DeadlockError",
    "Instant",
    "Observer",
    "VirtualClock",
    "VirtualTimeLimitError",
    "VirtualTimeLoop",
    "limit_time",
    "virtual_time",
]
