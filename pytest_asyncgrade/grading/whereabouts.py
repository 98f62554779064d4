"""Which graders are meant, and whose file, from where a student stands: by a name, a folder, or nothing said at all.

A grader is ``graders/<slug>`` in a folder or in one above it; so the same words work in an exercise's own folder, in a
student's repository and at the top of a course.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from pytest_asyncgrade.errors import UsageError

from .exercise import Exercise

if TYPE_CHECKING:
    from pathlib import Path


@dataclass(frozen=True, slots=True)
class Whereabouts:
    """The graders that are meant, and the file or folder to grade: None for the starters that belong to them."""

    graders: tuple[Path, ...]
    submission: Path | None = None


def of_word(word: str, here: Path) -> Whereabouts | None:
    """Return what a word after ``pytest --grade`` means, said in the folder `here`.

    A name like ``greetings``, or the folder or file of a program.  None for what is a grader itself, which pytest knows
    how to find; UsageError if there is no grader for it.
    """
    path = here / word.partition("::")[0]
    if path.is_file():
        return None if path.name.startswith("test_") else Whereabouts((_grader(path.stem, path.parent, word),), path)
    if path.is_dir():
        return None if _is_grader(path) else _of_programs(path, word)
    if path.parent != here or "::" in word:
        return None
    grader = _grader(path.name, here, word)
    return Whereabouts((grader,), here if _program(here, grader) else None)


def of_folder(folder: Path) -> Whereabouts | None:
    """Return the graders for the programs in a folder; None if there are none in it, or none above it."""
    for above in _upward(folder):
        graders = sorted(path for path in (above / "graders").glob("*") if path.is_dir() and _program(folder, path))
        if graders:
            return Whereabouts(tuple(graders), folder)
    return None


def _is_grader(folder: Path) -> bool:
    return folder.resolve().name == "graders" or next(folder.glob("test_*.py"), None) is not None


def _of_programs(folder: Path, word: str) -> Whereabouts | None:
    """Return what a folder means that is no grader: there are programs in it, or it is called like an exercise."""
    place = of_folder(folder)
    if place is None and next(folder.rglob("test_*.py"), None) is None:
        return Whereabouts((_grader(folder.resolve().name, folder, word),), folder)
    return place


def _program(folder: Path, grader: Path) -> Path | None:
    """Return the file in a folder that a grader is for, if it is there."""
    program = Exercise.of_grader(grader).program_in(folder).script
    return program if program.is_file() else None


def _grader(slug: str, start: Path, word: str) -> Path:
    for above in _upward(start):
        if (above / "graders" / slug).is_dir():
            return above / "graders" / slug
    msg = f"--grade {word}: there is no graders/{slug} in {start.resolve()}, nor in a folder above it"
    raise UsageError(msg)


def _upward(folder: Path) -> tuple[Path, ...]:
    resolved = folder.resolve()
    return resolved, *resolved.parents
