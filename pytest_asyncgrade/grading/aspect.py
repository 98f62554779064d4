"""What a lost check looked at: it decides which finding explains it, which line it is about, which hint fits."""

from __future__ import annotations

from enum import StrEnum


class Aspect(StrEnum):
    """What a lost check looked at."""

    OUTPUT = "output"
    """Which lines were printed."""
    ORDER = "order"
    """The order or the moments of lines that were printed as they should be."""
    TIME = "time"
    TASKS = "tasks"
    RESULT = "result"
    RUN = "run"
    """Nothing: the run did not finish."""
    UNKNOWN = ""
