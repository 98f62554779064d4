"""The scores of a class as a table, for a spreadsheet or the gradebook of Canvas or Moodle.

A name that a spreadsheet would take for a formula gets an apostrophe in front.  Canvas finds students by their login,
silently drops a column with the name of one of its own, and takes every row with "Points Possible" in its name for the
row of maxima.  Moodle finds students by the participant's number, which is in the names of the folders that one
downloads, one for files and one for online text; it takes times for local ones, and skips a row that seems older than
the grade it has.
"""

from __future__ import annotations

import csv
import io
import re
from dataclasses import replace
from typing import TYPE_CHECKING

from pytest_asyncgrade.errors import UsageError

from . import phrases
from .safe_text import one_line
from .view import unique

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pytest_asyncgrade.grading import Grade, Work

    from .about import About

_FORMULA = re.compile(r"\s*[=+\-@\uff1d\uff0b\uff0d\uff20]")
_CANVAS = re.compile("(Current|Final|Override) (Score|Points|Grade|Status)|Points Possible")
"""The names that Canvas reserves, from gradebook_importer.rb in https://github.com/instructure/canvas-lms."""
_PARTICIPANT = re.compile(r"^Participant[ _](\d+)(?:_|$)|_(\d+)_assignsubmission_")
_ONE = "the submission"
IS_TEACHERS = True
"""A gradebook is never a student's."""
Row = list[str]


def render(grade: Grade, about: About) -> str:
    """Return the table; UsageError if Moodle could not tell whose grade a row is."""
    rows = {"plain": _plain, "canvas": _canvas, "moodle": _moodle}[about.gradebook](grade, about)
    file = io.StringIO()
    csv.writer(file, lineterminator="\n", quoting=csv.QUOTE_ALL).writerows(rows)
    return file.getvalue()


def check(about: About) -> None:
    """Raise UsageError if the maximum is below 1."""
    about.check_max_score()


def _plain(grade: Grade, about: About) -> Iterator[Row]:
    """Yield a row for each student: the score of each exercise, empty if there is none, and the total.

    If a teacher should look at some checks, or at the source, the last column counts what there is.
    """
    flags = {student: str(_flags(grade, student)) for student in grade.students}
    last = ["flagged"] if set(flags.values()) - {"0"} else []
    yield unique(["student", *map(safe, grade.exercises), "score", "max_score", *last])
    for student in grade.students:
        scores = [*_cells(grade, student, None), *_total(grade, student, about.max_score)]
        yield [safe(student or _ONE), *scores, *[flags[student] for _ in last]]


def _flags(grade: Grade, student: str) -> int:
    """Return how many checks could not cope with a student's work, and how much in it is worth a look."""
    works = [work for work in grade.works if work.student == student]
    checks = [check for work in works for check in work.checks]
    return sum(bool(check.failure and check.failure.flag) for check in checks) + sum(len(w.integrity) for w in works)


def _canvas(grade: Grade, about: About) -> Iterator[Row]:
    """Yield the columns of Canvas, which it finds by position, then an assignment for each exercise."""
    titles = unique(_not_canvas(safe(exercise)) for exercise in grade.exercises)
    yield ["Student", "ID", "SIS User ID", "SIS Login ID", "Section", *titles]
    most = {work.exercise: str(about.max_score or work.max_score) for work in grade.works}
    yield ["    Points Possible", "", "", "", "", *(most[exercise] for exercise in grade.exercises)]
    for student in grade.students:
        name = _not_canvas(safe(student or _ONE))
        yield [name, "", "", name, "", *_cells(grade, student, about.max_score)]


def _moodle(grade: Grade, about: About) -> Iterator[Row]:
    """Yield the columns of an offline grading worksheet, with the best grade of each participant."""
    yield ["Identifier", "Full name", "Grade", "Maximum grade", "Last modified (grade)"]
    best: dict[str, tuple[float, str]] = {}
    for student in grade.students:
        match = _PARTICIPANT.search(student)
        if match is None:
            msg = (
                f"csv for moodle: {one_line(student or _ONE)!r} does not say which participant that is: "
                "name the folder 'Participant 12', or as Moodle does, 'Ada Lovelace_12_assignsubmission_file_'"
            )
            raise UsageError(msg)
        identifier, score = f"Participant {match[1] or match[2]}", _of(grade, student).score
        if identifier not in best or score > best[identifier][0]:
            best[identifier] = score, student
    for identifier, (_, student) in best.items():
        match = _PARTICIPANT.search(student)
        full_name = safe(student[: match.start() if match else 0])
        modified = f"{about.now:%A, %d %B %Y, %I:%M %p}"
        yield [identifier, full_name, *_total(grade, student, about.max_score), modified]


def _cells(grade: Grade, student: str, maximum: int | None) -> Row:
    scores = {work.exercise: _score(work, maximum) for work in grade.works if work.student == student}
    return [scores.get(exercise, "") for exercise in grade.exercises]


def _of(grade: Grade, student: str) -> Grade:
    """Return the part of a grade that is one student's."""
    return replace(grade, works=tuple(work for work in grade.works if work.student == student))


def _total(grade: Grade, student: str, maximum: int | None) -> Row:
    """Return the score of a student and the maximum."""
    own = _of(grade, student)
    return [_score(own, maximum), str(maximum or own.max_score)]


def _score(graded: Grade | Work, maximum: int | None) -> str:
    """Return a score on the scale of a maximum; empty if a grader is broken: nothing wrong gets into a gradebook."""
    return "" if phrases.is_broken(graded) else phrases.scaled(graded, maximum)


def safe(name: str) -> str:
    """Return a name that no spreadsheet evaluates.

    >>> safe("=1+1"), safe("ada")
    ("'=1+1", 'ada')
    """
    guarded = _FORMULA.match(name) or name[:1] in {"\t", "\r"}
    return f"'{one_line(name)}" if guarded else one_line(name)


def _not_canvas(name: str) -> str:
    """Return a name that Canvas does not take for one of its own columns or rows."""
    return _CANVAS.sub(lambda match: match[0].replace(" ", "_"), name)
