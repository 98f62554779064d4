"""Real time, and who measures it: pytest and its plugins do, whatever a program does."""

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
"""Top-level packages whose threads and alarms are not part of the program."""

REAL_TIME_USERS = _TOOLS | {"multiprocessing", "selectors", "socketserver", "subprocess"}
"""Top-level packages whose calls of the clock are answered in real time."""


def is_real_time_user(module: str | None) -> bool:
    """Tell whether a module measures real time."""
    return (module or "").partition(".")[0] in REAL_TIME_USERS


def is_tool(module: str | None) -> bool:
    """Tell whether a module is not part of the program, nor what it starts."""
    return (module or "").partition(".")[0] in _TOOLS


_getitimer: Callable[[int], tuple[float, float]] | None = getattr(signal, "getitimer", None)
"""The real one: in `virtual_time()` the program's alarms are virtual."""


def is_alarm_set() -> bool:
    """Tell whether a real alarm of the program (``signal.alarm`` or ``setitimer``) will ring."""
    if _getitimer is None or not _getitimer(signal.ITIMER_REAL)[0]:
        return False
    return not is_tool(getattr(signal.getsignal(signal.SIGALRM), "__module__", None))


def _module_in_frame(depth: int) -> str | None:
    return sys._getframe(depth + 1).f_globals.get("__name__")


caller_module: Callable[[int], str | None] = getattr(sys, "_getframemodulename", _module_in_frame)
"""``caller_module(1)`` returns the name of the module that called the calling function.

From Python 3.12 on it needs no frame object.
"""


def _genuine(name: str) -> Any:
    """Return a clock of `time`, the real one even if freezegun has frozen it."""
    return getattr(sys.modules.get("freezegun.api"), f"real_{name}", None) or getattr(time, name)


class Real:
    """The real clocks; in a class, since freezegun replaces what it finds in modules."""

    monotonic = staticmethod(_genuine("monotonic"))
    monotonic_ns = staticmethod(_genuine("monotonic_ns"))
    time_ns = staticmethod(_genuine("time_ns"))
