"""Finds the graders and the program that are meant, from where a student stands: by a name, a folder, or nothing.

A grader is ``graders/<slug>`` in a folder or in one above it.  So the same words work in an exercise's own folder, in a
student's repository and at the top of a course.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from pytest_asyncgrade.errors import UsageError

from .exercise import Exercise
from .handed_in import HandedIn

if TYPE_CHECKING:
    from pathlib import Path


@dataclass(frozen=True, slots=True)
class Target:
    """The graders that are meant, and the file or folder to grade: None for the starters that belong to them."""

    graders: tuple[Path, ...]
    submission: Path | None = None


def default_target(here: Path) -> Target | None:
    """Return what is meant in the folder `here` if nobody says: all graders there, or those of the programs there."""
    return Target((here / "graders",)) if (here / "graders").is_dir() else target_of_folder(here)


def target_of_word(word: str, here: Path) -> Target | None:
    """Return what a word after ``pytest --grade`` means, said in the folder `here`.

    A word is a name like ``greetings``, or the folder or file of a program.  None for a grader itself, which pytest
    knows how to find; UsageError if there is no grader for the word.
    """
    path = here / word.partition("::")[0]
    if path.is_file():
        return None if path.name.startswith("test_") else Target((_grader(path.stem, path.parent, word),), path)
    if path.is_dir():
        return None if _is_grader(path) else _target_of_programs(path, word)
    if path.parent != here or "::" in word:
        return None
    grader = _grader(path.name, here, word)
    return Target((grader,), here if _has_program(here, grader) else None)


def target_of_folder(folder: Path) -> Target | None:
    """Return the graders for the programs in a folder; None if there are none in it, or none above it."""
    for above in _upward(folder):
        graders = sorted(path for path in (above / "graders").glob("*") if path.is_dir() and _has_program(folder, path))
        if graders:
            return Target(tuple(graders), folder)
    return None


def _is_grader(folder: Path) -> bool:
    return folder.resolve().name == "graders" or next(folder.glob("test_*.py"), None) is not None


def _target_of_programs(folder: Path, word: str) -> Target | None:
    """Return what a folder means that is no grader: it holds programs, or it has the name of an exercise."""
    target = target_of_folder(folder)
    if target is None and next(folder.rglob("test_*.py"), None) is None:
        return Target((_grader(folder.resolve().name, folder, word),), folder)
    return target


def _has_program(folder: Path, grader: Path) -> bool:
    """Tell whether the program that a grader is for is in a folder."""
    return HandedIn.within(folder, Exercise.of_grader(grader)).script.is_file()


def _grader(slug: str, start: Path, word: str) -> Path:
    for above in _upward(start):
        if (above / "graders" / slug).is_dir():
            return above / "graders" / slug
    msg = f"--grade {word}: there is no graders/{slug} in {start.resolve()}, nor in a folder above it"
    raise UsageError(msg)


def _upward(folder: Path) -> tuple[Path, ...]:
    resolved = folder.resolve()
    return resolved, *resolved.parents
