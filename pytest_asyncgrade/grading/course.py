"""A course: its exercises in order, what each teaches and what it builds on, as ``exercises/course.toml`` has them."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Any

from pytest_asyncgrade.errors import UsageError

if TYPE_CHECKING:
    from pathlib import Path

HARDEST = 4


@dataclass(frozen=True, slots=True)
class Lesson:
    """One exercise of a course."""

    slug: str
    title: str
    concepts: tuple[str, ...]
    difficulty: int
    """From 1, the first steps, to `HARDEST`."""
    requires: tuple[str, ...] = ()
    """The exercises, by slug, that should be done before."""


def read_course(path: Path) -> list[Lesson]:
    """Return the lessons of a ``course.toml`` in their order; UsageError if it cannot be that."""
    import tomllib

    try:
        given = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        msg = f"{path}: {error.strerror}; it should be the course.toml of a folder of exercises"
        raise UsageError(msg) from None
    except ValueError as error:  # TOMLDecodeError, UnicodeDecodeError
        msg = f"{path}: {error}"
        raise UsageError(msg) from None
    tables = given.get("exercise")
    if type(tables) is not list or not tables or given.keys() != {"exercise"}:
        msg = f"{path}: give one table [[exercise]] for each exercise, and nothing else"
        raise UsageError(msg)
    lessons: list[Lesson] = []
    for table in tables:
        lessons.append(_lesson(table, path, {lesson.slug for lesson in lessons}))
    return lessons


def _lesson(table: dict[str, Any], path: Path, before: set[str]) -> Lesson:
    where = f"{path}, exercise {table.get('slug', '?')!r}"
    known = {field.name for field in fields(Lesson)}
    if unknown := sorted(table.keys() - known):
        msg = f"{where}: {unknown[0]!r} is not known here; there are {', '.join(sorted(known))}"
        raise UsageError(msg)
    if missing := sorted(known - {"requires"} - table.keys()):
        msg = f"{where}: {missing[0]} is missing"
        raise UsageError(msg)
    difficulty = table["difficulty"]
    if type(difficulty) is not int or not 1 <= difficulty <= HARDEST:
        msg = f"{where}: difficulty = {difficulty!r}: give a number from 1 to {HARDEST}"
        raise UsageError(msg)
    for name in ("slug", "title"):
        if type(table[name]) is not str or not table[name]:
            msg = f"{where}: {name} = {table[name]!r}: give a text"
            raise UsageError(msg)
    lists = {name: table.get(name, []) for name in ("concepts", "requires")}
    for name, value in lists.items():
        if type(value) is not list or not all(type(item) is str for item in value):
            msg = f"{where}: {name} = {value!r}: give a list of texts"
            raise UsageError(msg)
    if table["slug"] in before:
        msg = f"{where}: there are two of them"
        raise UsageError(msg)
    if later := [slug for slug in lists["requires"] if slug not in before]:
        msg = f"{where}: it requires {later[0]!r}, which does not come before it"
        raise UsageError(msg)
    return Lesson(table["slug"], table["title"], tuple(lists["concepts"]), difficulty, tuple(lists["requires"]))


def as_text(lessons: list[Lesson]) -> list[str]:
    """Return a course as a table for the terminal, a line for each exercise and one above."""
    rows = [("exercise", "difficulty", "teaches", "after")]
    rows += [(one.slug, "*" * one.difficulty, ", ".join(one.concepts), ", ".join(one.requires)) for one in lessons]
    widths = [max(len(row[column]) for row in rows) for column in range(3)]
    return [
        "  ".join([*(cell.ljust(width) for cell, width in zip(row, widths, strict=False)), row[3]]).rstrip()
        for row in rows
    ]


def as_markdown(lessons: list[Lesson]) -> list[str]:
    """Return a course as a table of Markdown, with a link to each exercise's folder."""
    rows = [
        f"| [{one.title}]({one.slug}/README.md) | {'●' * one.difficulty}{'○' * (HARDEST - one.difficulty)} "
        f"| {', '.join(f'`{concept}`' for concept in one.concepts)} "
        f"| {', '.join(f'[{slug}]({slug}/README.md)' for slug in one.requires)} |"
        for one in lessons
    ]
    return ["| exercise | difficulty | teaches | after |", "| --- | --- | --- | --- |", *rows]
