"""What happened in one run of a student's program: frozen data, a strict codec, matchers, a timeline.

Times are virtual seconds since the program started.
"""

from .codec import RecordError, TraceBuilder
from .matchers import Explanation, Matcher, at, contains, in_any_order, in_order, lines
from .model import (
    Blocked,
    BusyWait,
    Line,
    Outcome,
    Output,
    Place,
    Raised,
    Recording,
    Seconds,
    TaskSpan,
    Trace,
    UnfinishedRunError,
)

__all__ = [
    "Blocked", "BusyWait", "Explanation", "Line", "Matcher", "Outcome", "Output", "Place", "Raised", "RecordError",
    "Recording", "Seconds", "TaskSpan", "Trace", "TraceBuilder", "UnfinishedRunError", "at", "contains",
    "in_any_order", "in_order", "lines",
]  # fmt: skip
