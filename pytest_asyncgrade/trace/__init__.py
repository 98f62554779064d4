"""What happened in one run of a student's program: frozen data, a strict codec, matchers, a timeline.

Times are virtual seconds since the program started.
"""

from .codec import RecordError, TraceBuilder
from .matchers import Explanation, Matcher, QuotedLine, at, contains, exactly, in_any_order, in_order, lines
from .model import (
    KINDS,
    Blocked,
    BusyWait,
    Finding,
    Line,
    Outcome,
    Output,
    Place,
    Raised,
    Recording,
    Seconds,
    SlowStep,
    TaskSpan,
    Trace,
    Unawaited,
    UnfinishedRunError,
    Wait,
    WrongResultError,
)

__all__ = [
    "KINDS", "Blocked", "BusyWait", "Explanation", "Finding", "Line", "Matcher", "Outcome", "Output", "Place",
    "QuotedLine", "Raised", "RecordError", "Recording", "Seconds", "SlowStep", "TaskSpan", "Trace", "TraceBuilder",
    "Unawaited", "UnfinishedRunError", "Wait", "WrongResultError", "at", "contains", "exactly", "in_any_order",
    "in_order", "lines",
]  # fmt: skip
