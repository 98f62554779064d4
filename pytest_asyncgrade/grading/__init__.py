"""Exercises, submissions, checks, points, the grade.  Knows no pytest and no report format."""

from .beside import beside
from .exercise import Exercise, HandedIn, Source
from .grade import (
    CheckResult,
    Failure,
    Grade,
    Points,
    Verdict,
    Visibility,
    Work,
    collect,
    pack_result,
    part_of_result,
    withheld,
    worst,
)
from .submission import Deadline, Submission, checked_timeout

__all__ = [
    "CheckResult", "Deadline", "Exercise", "Failure", "Grade", "HandedIn", "Points", "Source", "Submission",
    "Verdict", "Visibility", "Work", "beside", "checked_timeout", "collect", "pack_result", "part_of_result",
    "withheld", "worst",
]  # fmt: skip
