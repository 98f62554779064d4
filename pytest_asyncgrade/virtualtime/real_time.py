"""Real time, and whose business it is: pytest and what belongs to it measure it, whatever a program does."""

from __future__ import annotations

import signal
import sys
import time
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

_TOOLS = frozenset(
    {"_pytest", "coverage", "execnet", "hypothesis", "pluggy", "psutil", "pytest", "pytest_benchmark", "pytest_timeout",
     "xdist"}
)  # fmt: skip
"""Top-level packages whose threads and alarms are no part of the program."""

REAL_TIME_USERS = _TOOLS | {"multiprocessing", "selectors", "socketserver", "subprocess"}
"""Top-level packages whose calls of the clock are answered in real time."""


def is_real_time_user(module: str | None) -> bool:
    """Tell whether a module measures real time."""
    return (module or "").partition(".")[0] in REAL_TIME_USERS


def is_tool(module: str | None) -> bool:
    """Tell whether a module is no part of the program: what it starts is none of the program's business."""
    return (module or "").partition(".")[0] in _TOOLS


_getitimer: Callable[[int], tuple[float, float]] | None = getattr(signal, "getitimer", None)
"""As Python has it: in `virtual_time()` the program's own alarms are virtual."""


def is_alarm_set() -> bool:
    """Tell whether a real signal will come that the program has ordered with ``signal.alarm`` or ``setitimer``."""
    if _getitimer is None or not _getitimer(signal.ITIMER_REAL)[0]:
        return False
    return not is_tool(getattr(signal.getsignal(signal.SIGALRM), "__module__", None))


def _genuine(name: str) -> Any:
    """Return a clock of `time`, even if somebody has frozen it with freezegun."""
    return getattr(sys.modules.get("freezegun.api"), f"real_{name}", None) or getattr(time, name)


class Real:
    """The real clocks: in a class, as freezegun replaces what it finds in modules."""

    monotonic = staticmethod(_genuine("monotonic"))
    monotonic_ns = staticmethod(_genuine("monotonic_ns"))
    time_ns = staticmethod(_genuine("time_ns"))
