"""The files that come out: tables for gradebooks, the page of the class, pages to hand back."""

from __future__ import annotations

import json
from datetime import datetime
from hashlib import sha256
from typing import TYPE_CHECKING

from pytest_asyncgrade.grading import Visibility
from pytest_asyncgrade.reports import write_whole
from pytest_asyncgrade.reports.csv import safe
from pytest_asyncgrade.trace.text import printable

from .page import class_page, pages_by_exercise
from .shards import Page, feedback
from .sheets import as_sheet
from .standing import number
from .statuses import Status

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from .index import Index
    from .standing import Counted, Standing
    from .workers import Workers

_LONGEST_NOTE, _LONGEST_COMMENT = 300, 2_000
"""Room in a cell for the teacher's notes, and for what a student is told, in characters."""
_MOST_ON_ONE_PAGE = 1_000
"""Students of whom the page of the class has all; of more, each exercise has its own page."""


def write_tables(out: Path, found: list[Standing], exercises: list[str]) -> None:
    """Write ``grades.csv``, and one for each gradebook that knows the students by a number."""
    write_whole(out / "grades.csv", as_sheet(_plain(found, exercises)))
    write_whole(out / "grades-canvas.csv", as_sheet(_canvas(found, exercises)))
    write_whole(out / "grades-moodle.csv", as_sheet(_moodle(found)))


def _plain(found: list[Standing], exercises: list[str]) -> Iterator[list[str]]:
    yield ["student", "id", *map(safe, exercises), "score", "max_score", "status", "notes"]
    for one in found:
        cells = [_points(one.works[slug].points) if slug in one.works else "" for slug in exercises]
        total = [_points(one.points), number(one.maximum)]
        yield [safe(one.student), safe(one.ident), *cells, *total, safe(_statuses(one)), safe(_notes(one))]


def _points(points: float | None) -> str:
    return "" if points is None else number(points)


def _statuses(one: Standing) -> str:
    """Return a student's status; of several exercises each that is not simply graded, by its name."""
    by_exercise = {slug: ", ".join(work.statuses) for slug, work in one.works.items()}
    if len(by_exercise) == 1:
        return next(iter(by_exercise.values()))
    odd = [f"{slug}: {status}" for slug, status in by_exercise.items() if status != "graded"]
    return "; ".join(odd) or "graded"


def _notes(one: Standing) -> str:
    several = len(one.works) > 1
    notes = [f"{slug}: {text}" if several else text for slug, work in one.works.items() for text in work.remarks]
    return _shortened("; ".join(printable(note) for note in notes), _LONGEST_NOTE)


def _shortened(text: str, longest: int) -> str:
    return text if len(text) <= longest else f"{text[: longest - 3]}..."


def _canvas(found: list[Standing], exercises: list[str]) -> Iterator[list[str]]:
    """Yield the columns of Canvas, which finds a student by the ID that its own export has in the names of files."""
    most = {
        slug: max((one.works[slug].row.max_score for one in found if slug in one.works), default=0)
        for slug in exercises
    }
    yield ["Student", "ID", "SIS User ID", "SIS Login ID", "Section", *map(safe, exercises)]
    yield ["    Points Possible", "", "", "", "", *(number(most[slug]) for slug in exercises)]
    for one in found:
        cells = [_points(one.works[slug].points) if slug in one.works else "" for slug in exercises]
        yield [safe(one.student), safe(one.ident), "", "" if one.ident else safe(one.student), "", *cells]


def _moodle(found: list[Standing]) -> Iterator[list[str]]:
    """Yield the columns of an offline grading worksheet, with the comments for students."""
    yield ["Identifier", "Full name", "Grade", "Maximum grade", "Last modified (grade)", "Feedback comments"]
    now = f"{datetime.now().astimezone():%A, %d %B %Y, %I:%M %p}"
    for one in found:
        identifier = f"Participant {one.ident}" if one.ident else one.student
        grade = [_points(one.points), number(one.maximum)]
        yield [
            safe(identifier),
            safe(one.student),
            *grade,
            now,
            safe(_shortened("; ".join(comments(one)), _LONGEST_COMMENT)),
        ]


def comments(one: Standing) -> Iterator[str]:
    """Yield what a student is told in a sentence or two: nothing of hidden checks."""
    for slug, work in one.works.items():
        start = f"{slug}: " if len(one.works) > 1 else ""
        status = ", ".join(filter(None, [work.row.status, work.lateness]))
        yield f"{start}{status}, {_points(work.points)} of {number(work.row.max_score)} points"
        yield from map(printable, work.rules)
        yield from (printable(f"lost {number(lost)}: {name}") for name, lost, _ in _visible(work))


def _visible(work: Counted) -> Iterator[tuple[str, float, str]]:
    for name, lost, why, visibility in work.row.lost:
        if visibility == Visibility.VISIBLE:
            yield name, lost, why


def write_page(out: Path, found: list[Standing], exercises: list[str]) -> None:
    """Write ``class.html``; for a large class also a page for each exercise."""
    if len(found) <= _MOST_ON_ONE_PAGE:
        write_whole(out / "class.html", class_page(found, exercises))
        return
    for name, text in pages_by_exercise(found, exercises):
        write_whole(out / name, text)


def write_feedback(out: Path, found: list[Standing], index: Index, crew: Workers) -> None:
    """Write the pages for students that have changed, and remove those of students who are gone."""
    known = index.feedback()
    digests = {one.student: _digest(one) for one in found}
    by_folder = {one.folder: one for one in found}
    folder = out / "feedback"
    changed = [
        one
        for one in found
        if known.get(one.student) != digests[one.student] or not (folder / f"{one.folder}.html").exists()
    ]
    for page, texts in crew.map(feedback, (_page(one, index) for one in changed)):
        one = by_folder[page.folder]
        for suffix, text in (texts or _plain_page(one)).items():
            write_whole(folder / f"{page.folder}{suffix}", text)
        index.put_feedback(one.student, digests[one.student])
    for path in folder.iterdir():
        if path.suffix in {".html", ".md"} and path.stem not in by_folder:
            path.unlink()


def _digest(one: Standing) -> str:
    parts = [
        [slug, work.row.digest, work.row.attempt, work.row.graded_at, work.rules] for slug, work in one.works.items()
    ]
    return sha256(json.dumps(parts).encode()).hexdigest()


def _page(one: Standing, index: Index) -> Page:
    kept = index.works(one.student)
    works = [kept[key] for slug, work in one.works.items() if (key := (work.row.attempt, slug)) in kept]
    return Page(one.student, one.folder, tuple(works), tuple(_rules(one)))


def _rules(one: Standing) -> Iterator[str]:
    """Yield what a student is told of exercises that are not simply graded, and the total that the rules leave."""
    for slug, work in one.works.items():
        told = [text for text in (work.row.status, work.lateness) if text not in {"", Status.GRADED}]
        if told or work.rules:
            yield f"{slug}: {'; '.join([*told, *work.rules])}"
    if any(work.rules for work in one.works.values()):
        yield f"In the end: {_points(one.points) or 'no'} of {number(one.maximum)} points."


def _plain_page(one: Standing) -> dict[str, str]:
    """Return a page for a student of whom none can be made; the reasons are in the table."""
    return {".md": "\n".join(comments(one)) + "\n"}
