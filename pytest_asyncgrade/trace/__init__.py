"""What happened in one run of a student's program: frozen data, a strict protocol, matchers, findings, pictures.

Times are virtual seconds since the program started.
"""

from .builder import TraceBuilder
from .findings import KINDS
from .matchers import Explanation, Matcher, QuotedLine, at, contains, exactly, in_any_order, in_order, lines
from .model import (
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
    Unawaited,
    Wait,
    WaitsFor,
)
from .protocol.records import RecordError
from .trace import Trace, UnfinishedRunError, WrongResultError

__all__ = [
    "KINDS", "Blocked", "BusyWait", "Explanation", "Finding", "Line", "Matcher", "Outcome", "Output", "Place",
    "QuotedLine", "Raised", "RecordError", "Recording", "Seconds", "SlowStep", "TaskSpan", "Trace", "TraceBuilder",
    "Unawaited", "UnfinishedRunError", "Wait", "WaitsFor", "WrongResultError", "at", "contains", "exactly",
    "in_any_order", "in_order", "lines",
]  # fmt: skip
