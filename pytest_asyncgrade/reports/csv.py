"""The scores of a class as a table, for a spreadsheet or the gradebook of Canvas or Moodle.

A name that a spreadsheet would take for a formula begins with an apostrophe.  Canvas finds the students by their login,
silently drops a column that is called like one of its own, and takes every row with "Points Possible" in its name for
the row of maxima; Moodle finds them by the participant's number, which is in the folders that it lets one download.
"""

from __future__ import annotations

import csv
import io
import re
from dataclasses import replace
from typing import TYPE_CHECKING

from pytest_asyncgrade.errors import UsageError
from pytest_asyncgrade.grading import Verdict

from .words import one_line, unique

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pytest_asyncgrade.grading import Grade, Work

    from .about import About

_FORMULA = re.compile(r"\s*[=+\-@\uff1d\uff0b\uff0d\uff20]")
_CANVAS = re.compile("(Current|Final|Override) (Score|Points|Grade|Status)|Points Possible")
"""What Canvas takes for its own, of gradebook_importer.rb in https://github.com/instructure/canvas-lms."""
_PARTICIPANT = re.compile(r"^Participant[ _](\d+)(?:_|$)|_(\d+)_assignsubmission_")
_ONE = "the submission"
Row = list[str]


def render(grade: Grade, about: About) -> str:
    """Return the table; UsageError if Moodle could not tell whose a grade is."""
    rows = {"plain": _plain, "canvas": _canvas, "moodle": _moodle}[about.gradebook](grade, about)
    file = io.StringIO()
    csv.writer(file, lineterminator="\n").writerows(rows)
    return file.getvalue()


def _plain(grade: Grade, _about: About) -> Iterator[Row]:
    """Yield a row for each student: the score of each exercise, empty if there is none, and of all.

    If there are checks that a teacher should look at, how many are in the last column.
    """
    flags = {student: str(_flags(grade, student)) for student in grade.students}
    last = ["flagged"] if set(flags.values()) - {"0"} else []
    yield unique(["student", *map(safe, grade.exercises), "score", "max_score", *last])
    for student in grade.students:
        yield [safe(student or _ONE), *_cells(grade, student), *_total(grade, student), *[flags[student] for _ in last]]


def _flags(grade: Grade, student: str) -> int:
    """Return how many checks of a student's work stumbled over it."""
    checks = [check for work in grade.works if work.student == student for check in work.checks]
    return sum(bool(check.failure and check.failure.flag) for check in checks)


def _canvas(grade: Grade, _about: About) -> Iterator[Row]:
    """Yield Canvas's own columns, which it finds by where they are, then an assignment for each exercise."""
    titles = unique(_not_canvas(safe(exercise)) for exercise in grade.exercises)
    yield ["Student", "ID", "SIS User ID", "SIS Login ID", "Section", *titles]
    most = {work.exercise: str(work.max_score) for work in grade.works}
    yield ["    Points Possible", "", "", "", "", *(most[exercise] for exercise in grade.exercises)]
    for student in grade.students:
        name = _not_canvas(safe(student or _ONE))
        yield [name, "", "", name, "", *_cells(grade, student)]


def _moodle(grade: Grade, about: About) -> Iterator[Row]:
    """Yield the columns of an offline grading worksheet: one grade for each participant."""
    yield ["Identifier", "Full name", "Grade", "Maximum grade", "Last modified (grade)"]
    for student in grade.students:
        match = _PARTICIPANT.search(student)
        if match is None:
            msg = (
                f"csv for moodle: {one_line(student or _ONE)!r} does not say which participant that is: "
                "name the folder 'Participant 12', or as Moodle does, 'Ada Lovelace_12_assignsubmission_file_'"
            )
            raise UsageError(msg)
        identifier = f"Participant {match[1] or match[2]}"
        full_name = safe(student[: match.start()])
        yield [identifier, full_name, *_total(grade, student), f"{about.now:%A, %d %B %Y, %I:%M %p}"]


def _cells(grade: Grade, student: str) -> Row:
    scores = {work.exercise: _score(work) for work in grade.works if work.student == student}
    return [scores.get(exercise, "") for exercise in grade.exercises]


def _total(grade: Grade, student: str) -> Row:
    """Return the score of a student and its maximum."""
    own = replace(grade, works=tuple(work for work in grade.works if work.student == student))
    return [_score(own), str(own.max_score)]


def _score(graded: Grade | Work) -> str:
    """Return a score; none where a grader is broken, so that nothing false gets into a gradebook."""
    broken = any(check.verdict is Verdict.ERROR for check in graded.checks)
    return "" if broken else str(graded.score)


def safe(name: str) -> str:
    """Return a name that no spreadsheet computes.

    >>> safe("=1+1"), safe("ada")
    ("'=1+1", 'ada')
    """
    guarded = _FORMULA.match(name) or name[:1] in {"\t", "\r"}
    return f"'{one_line(name)}" if guarded else one_line(name)


def _not_canvas(name: str) -> str:
    """Return a name that Canvas does not take for one of its own columns or rows."""
    return _CANVAS.sub(lambda match: match[0].replace(" ", "_"), name)
