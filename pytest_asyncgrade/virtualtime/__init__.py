"""Virtual time: any asyncio program of this process, run at once and timed exactly.

It prints what it prints on the stock loop in real time, in the same order, with exact durations.

From the bottom up: `instant`, `clock` and `pacing` say what time is and when it moves; `outside` is the real world,
`threads` the scheduler of the program's threads; `runtime` is what the parts of one virtual time share; `loop` is the
event loop; `patches` puts all of it in the place of Python's own, and `context` does so for a while.
"""

from .context import fork_in_real_time, limit_time, set_wall_clock, virtual_time
from .instant import Instant
from .loop import VirtualTimeLoop
from .observer import Observer
from .pacing import DeadlockError
from .runtime import VirtualClock
from .threads.timer import VirtualTimeLimitError

__all__ = [
    "DeadlockError",
    "Instant",
    "Observer",
    "VirtualClock",
    "VirtualTimeLimitError",
    "VirtualTimeLoop",
    "fork_in_real_time",
    "limit_time",
    "set_wall_clock",
    "virtual_time",
]
