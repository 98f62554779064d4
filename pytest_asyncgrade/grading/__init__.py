"""Exercises, submissions, checks, points, the grade.  Knows no pytest and no report format."""

from .assembly import GradeBuilder, pack_result, pack_work, part_of_check, unpack_result, unpack_work
from .causes import Cause, causes
from .check import CheckResult, Failure, PartialPoints, Points, Verdict, Visibility, worst
from .exercise import Exercise
from .grade import Grade, Work
from .handed_in import HandedIn, Roster
from .integrity import Flag
from .places import place_of
from .redaction import for_students
from .runs import Run, TraceFile
from .side_by_side import Row, side_by_side
from .submission import Deadline, Submission, checked_timeout

__all__ = [
    "Cause", "CheckResult", "Deadline", "Exercise", "Failure", "Flag", "Grade", "GradeBuilder", "HandedIn",
    "PartialPoints", "Points", "Roster", "Row", "Run", "Submission", "TraceFile", "Verdict", "Visibility", "Work",
    "causes", "checked_timeout", "for_students", "pack_result", "pack_work", "part_of_check", "place_of",
    "side_by_side", "unpack_result", "unpack_work", "worst",
]  # fmt: skip
