"""A course: its exercises in order, what each teaches and what it builds on, from ``exercises/course.toml``."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from pytest_asyncgrade import tables
from pytest_asyncgrade.errors import UsageError
from pytest_asyncgrade.tables import Key

if TYPE_CHECKING:
    from pathlib import Path

HARDEST = 4
"""The highest difficulty."""


@dataclass(frozen=True, slots=True)
class Lesson:
    """One exercise of a course."""

    slug: str
    title: str
    concepts: tuple[str, ...]
    difficulty: int
    """From 1, the first steps, to `HARDEST`."""
    requires: tuple[str, ...] = ()
    """The slugs of the exercises that should be done before."""


_KEYS = {
    "slug": Key(lambda value: type(value) is str and value != "", "give a text"),
    "title": Key(lambda value: type(value) is str and value != "", "give a text"),
    "concepts": Key(tables.is_texts, "give a list of texts"),
    "difficulty": Key(lambda value: type(value) is int and 1 <= value <= HARDEST, f"give a number from 1 to {HARDEST}"),
    "requires": Key(tables.is_texts, "give a list of texts", ()),
}


def read_course(path: Path) -> list[Lesson]:
    """Return the lessons of a ``course.toml`` in their order; UsageError if it is wrong."""
    try:
        given = tables.load(path)
    except OSError as error:
        msg = f"{path}: {error.strerror}; it should be the course.toml of a folder of exercises"
        raise UsageError(msg) from None
    found: Any = given.get("exercise")
    is_list = type(found) is list and found and all(type(table) is dict for table in found)
    if not is_list or given.keys() != {"exercise"}:
        msg = f"{path}: give one table [[exercise]] for each exercise, and nothing else"
        raise UsageError(msg)
    lessons: list[Lesson] = []
    for table in found:
        lessons.append(_lesson(table, path, {lesson.slug for lesson in lessons}))
    return lessons


def _lesson(table: dict[str, Any], path: Path, before: set[str]) -> Lesson:
    where = f"{path}, exercise {table.get('slug', '?')!r}"
    lesson = Lesson(**tables.read(table, _KEYS, where))
    if lesson.slug in before:
        msg = f"{where}: there are two of them"
        raise UsageError(msg)
    if later := [slug for slug in lesson.requires if slug not in before]:
        msg = f"{where}: it requires {later[0]!r}, which does not come before it"
        raise UsageError(msg)
    return replace(lesson, concepts=tuple(lesson.concepts), requires=tuple(lesson.requires))


def as_text(lessons: list[Lesson]) -> list[str]:
    """Return a course as a table for the terminal: a heading, then a line for each exercise."""
    rows = [("exercise", "difficulty", "teaches", "after")]
    rows += [(one.slug, "*" * one.difficulty, ", ".join(one.concepts), ", ".join(one.requires)) for one in lessons]
    widths = [max(len(row[column]) for row in rows) for column in range(3)]
    return [
        "  ".join([*(cell.ljust(width) for cell, width in zip(row, widths, strict=False)), row[3]]).rstrip()
        for row in rows
    ]


def as_markdown(lessons: list[Lesson]) -> list[str]:
    """Return a course as a Markdown table with a link to the folder of each exercise."""
    rows = [
        f"| [{one.title}]({one.slug}/README.md) | {'●' * one.difficulty}{'○' * (HARDEST - one.difficulty)} "
        f"| {', '.join(f'`{concept}`' for concept in one.concepts)} "
        f"| {', '.join(f'[{slug}]({slug}/README.md)' for slug in one.requires)} |"
        for one in lessons
    ]
    return ["| exercise | difficulty | teaches | after |", "| --- | --- | --- | --- |", *rows]
