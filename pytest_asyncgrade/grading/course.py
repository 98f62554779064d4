"""A course: its exercises in order, what each teaches and what it builds on, from ``exercises/course.toml``."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from pytest_asyncgrade import tables
from pytest_asyncgrade.errors import UsageError
from pytest_asyncgrade.tables import Key

if TYPE_CHECKING:
    from collections.abc import Container, Iterable, Mapping
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


def lessons_of(folder: Path, slugs: Iterable[str]) -> list[Lesson]:
    """Return the lessons of a folder of exercises, in the order of its course.toml; others follow, by their slugs.

    UsageError if course.toml is wrong; it may be missing.
    """
    path = folder / "course.toml"
    lessons = read_course(path) if path.is_file() else []
    known = {lesson.slug for lesson in lessons}
    return [*lessons, *(Lesson(slug, slug, (), 1) for slug in sorted(slugs) if slug not in known)]


def next_lesson(lessons: Iterable[Lesson], done: Container[str]) -> Lesson | None:
    """Return the first lesson that is not done and all of whose requirements are; None if everything is done."""
    left = [lesson for lesson in lessons if lesson.slug not in done]
    return next((one for one in left if all(slug in done for slug in one.requires)), left[0] if left else None)


def as_text(lessons: list[Lesson], points: Mapping[str, str]) -> list[str]:
    """Return a course as a table for the terminal: a heading, then a line for each exercise.

    `points` are what is known of the points of an exercise, by its slug.
    """
    rows = [("exercise", "points", "difficulty", "teaches", "after")]
    for one in lessons:
        taught, before = ", ".join(one.concepts), ", ".join(one.requires)
        rows.append((one.slug, points.get(one.slug, "-"), "*" * one.difficulty, taught, before))
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    return ["  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows]


def as_markdown(lessons: list[Lesson]) -> list[str]:
    """Return a course as a Markdown table with a link to the folder of each exercise."""
    rows = [
        f"| [{one.title}]({one.slug}/README.md) | {'●' * one.difficulty}{'○' * (HARDEST - one.difficulty)} "
        f"| {', '.join(f'`{concept}`' for concept in one.concepts)} "
        f"| {', '.join(f'[{slug}]({slug}/README.md)' for slug in one.requires)} |"
        for one in lessons
    ]
    return ["| exercise | difficulty | teaches | after |", "| --- | --- | --- | --- |", *rows]
