"""An exercise and a student's program for it, and which version of both is there: the same version, the same grade."""

from __future__ import annotations

import json
from dataclasses import dataclass
from hashlib import sha256
from importlib.metadata import version
from typing import TYPE_CHECKING

from pytest_asyncgrade.errors import UsageError

from .discovery import default_target, target_of_word
from .exercise import Exercise
from .handed_in import HandedIn, Roster

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

_LEFT_OUT = {"mistakes", "alternatives", "__pycache__"}
"""Folders of a grader that are there to prove it."""


@dataclass(frozen=True, slots=True)
class Version:
    """What a grade depends on, at one moment."""

    digest: str
    """Of the student's files, the grader's and this package."""
    script: Path
    folder: Path
    """The student's folder, whose files may come along."""
    problem: str = ""
    """Why there is no program to grade; empty if there is one."""


@dataclass(frozen=True, slots=True)
class Assignment:
    """An exercise, by the folder of its grader, and the file or folder of the student; None for the starter."""

    grader: Path
    submission: Path | None = None

    @property
    def slug(self) -> str:
        """The name of the exercise."""
        return self.grader.name

    @property
    def options(self) -> list[str]:
        """The options of ``pytest --grade`` that name the submission."""
        return [] if self.submission is None else [f"--submission={self.submission}"]

    @property
    def folders(self) -> tuple[Path, Path]:
        """The folders with all that a grade depends on: the student's, and that of the graders."""
        if self.submission is None:
            return self.grader.parent.parent / "exercises", self.grader.parent
        return self._handed_in(Exercise.of_grader(self.grader)).folder, self.grader.parent

    def version(self) -> Version:
        """Return the version that is there now.

        UsageError if the settings of the exercise are wrong; OSError if a file cannot be read, or has just gone.
        """
        exercise = Exercise.of_grader(self.grader)
        handed_in = self._handed_in(exercise)
        submitted = handed_in.submitted(exercise)
        about = [version("pytest-asyncgrade"), submitted.script, submitted.problem, dict(submitted.left_behind)]
        digest = sha256(json.dumps(about).encode())
        graders = self.grader.parent
        teachers = [(str(path.relative_to(graders)), path.read_bytes()) for path in files_of_grader(self.grader)]
        for name, data in [*teachers, *sorted(submitted.files.items())]:
            digest.update(f"{name}\0{len(data)}\0".encode("utf-8", "surrogatepass") + data)
        return Version(digest.hexdigest(), handed_in.script, handed_in.folder, submitted.problem)

    def _handed_in(self, exercise: Exercise) -> HandedIn:
        return Roster(self.submission).handed_in(exercise, "")


def files_of_grader(grader: Path) -> Iterator[Path]:
    """Yield the files that a grade depends on: those of ``graders/<slug>``, and those next to that folder."""
    beside = (path for path in sorted(grader.parent.iterdir()) if path.is_file())
    own = (
        path
        for path in sorted(grader.rglob("*"))
        if path.is_file() and not _LEFT_OUT.intersection(path.relative_to(grader).parts)
    )
    yield from beside if grader.parent.name == "graders" else ()
    yield from own


def assignments(word: str, here: Path) -> list[Assignment]:
    """Return what a word means, said in the folder `here`: an exercise, a folder or a file; empty for all there are.

    UsageError, which says what there is, if it means nothing.
    """
    here = here.resolve()
    try:
        target = target_of_word(word, here) if word else default_target(here)
    except UsageError:
        target = None
    if target is not None:
        graders, submission = target.graders, target.submission
    else:
        graders, submission = ((here / word,) if word else ()), None
    found = [grader.resolve() for path in graders for grader in _graders_in(path)]
    if not found:
        msg = f"there is no exercise {word!r}: {_choose(here)}" if word else f"there are no graders: {_choose(here)}"
        raise UsageError(msg)
    return [_assignment(grader, submission) for grader in found]


def _assignment(grader: Path, submission: Path | None) -> Assignment:
    """Return an assignment; the program in a folder may be the starter, of which less has to be watched."""
    exercise = Exercise.of_grader(grader)
    script = Roster(submission).handed_in(exercise, "").script
    return Assignment(grader, None if script.resolve() == exercise.starter.resolve() else submission)


def _graders_in(path: Path) -> Iterable[Path]:
    """Yield a grader, or all in a folder."""
    if not path.is_dir():
        return
    if _is_grader(path):
        yield path
    else:
        yield from (folder for folder in sorted(path.iterdir()) if folder.is_dir() and _is_grader(folder))


def _is_grader(folder: Path) -> bool:
    return next(folder.glob("test_*.py"), None) is not None


def _choose(here: Path) -> str:
    """Return what can be named instead."""
    for above in (here, *here.parents):
        if slugs := [grader.name for grader in _graders_in(above / "graders")]:
            return f"choose {', '.join(slugs)}"
    return f"go to the folder with exercises and graders; {here} is not in one"
