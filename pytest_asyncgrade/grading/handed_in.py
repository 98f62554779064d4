"""What students hand in: where each program is, and whose files around it may come along."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

from pytest_asyncgrade.errors import UsageError
from pytest_asyncgrade.sandbox import SubmissionFiles, read_submission

if TYPE_CHECKING:
    from collections.abc import Iterable

    from .exercise import Exercise

_MOST_WRAPPED = 3
"""Number of folders, each the only one in its parent, that a program may be wrapped in."""


@dataclass(frozen=True, slots=True)
class HandedIn:
    """A student's program on disk: `filename` in `folder`, all of which may come along.

    No link is followed out of the student's `own` folder, in which `folder` is.
    """

    folder: Path
    filename: str
    own: Path | None = None
    """None for a file that was named: other files may not be the student's, so only those it uses come along."""

    @classmethod
    def file(cls, path: Path, filename: str) -> HandedIn:
        """Return the program in a file that was named; its folder is above `filename` if the path ends like that."""
        real = path.resolve()
        depth = len(PurePosixPath(filename).parts) if real.as_posix().endswith(f"/{filename}") else 1
        folder = real.parents[depth - 1]
        return cls(folder, real.relative_to(folder).as_posix())

    @classmethod
    def within(cls, folder: Path, exercise: Exercise, own: Path | None = None) -> HandedIn:
        """Return the program in a student's folder, whether or not it is there; `own` is the folder's real path.

        It lies in the folder itself, or in its ``<slug>/``, ``exercises/<slug>/`` or ``exercises/``.  The folder may be
        wrapped in another one, as archives have it.
        """
        layouts = ("", exercise.slug, f"exercises/{exercise.slug}", "exercises")
        bases = [base / layout for base in _wrapped(folder) for layout in layouts]
        there = (base for base in bases if os.path.lexists(base / exercise.filename))
        return cls(next(there, folder), exercise.filename, own or folder.resolve())

    @property
    def script(self) -> Path:
        """The path of the program, whether or not it is there."""
        return self.folder / self.filename

    def submitted(self, exercise: Exercise) -> SubmissionFiles:
        """Return the files that are graded for an exercise."""
        return read_submission(
            self.script,
            alone=self.own is None,
            folder=self.folder,
            own=self.own,
            private=exercise.private,
            rules=exercise.rules,
        )


@dataclass(frozen=True, slots=True)
class Roster:
    """The students and where their work is: the starters, one file or folder, or a folder per student."""

    submission: Path | None = None
    submissions: Path | None = None

    def __post_init__(self) -> None:
        if self.submission is not None and self.submissions is not None:
            msg = "--submission names one student's work and --submissions a folder of many: give one of the two"
            raise UsageError(msg)
        if self.submission is not None and not self.submission.exists():
            msg = f"--submission {self.submission}: there is no such file or folder"
            raise UsageError(msg)
        if self.submissions is not None and not self.submissions.is_dir():
            msg = f"--submissions {self.submissions}: there is no such folder; it should hold a folder per student"
            raise UsageError(msg)

    def students(self) -> tuple[str, ...]:
        """Return the names of the students; ``("",)`` for a single one without a name."""
        if self.submissions is None:
            return ("",)
        names = sorted(path.name for path in self.submissions.iterdir() if path.is_dir() and path.name[0] not in "._")
        if not names:
            msg = f"--submissions {self.submissions}: no folders in it; it should hold a folder per student"
            raise UsageError(msg)
        return tuple(names)

    def handed_in(self, exercise: Exercise, student: str) -> HandedIn:
        """Return what a student handed in for an exercise, whether or not it is there."""
        if self.submissions is not None:
            return HandedIn.within(self.submissions / student, exercise, self._own(student))
        if self.submission is None:
            folder = exercise.starter.parents[len(PurePosixPath(exercise.filename).parts) - 1]
            return HandedIn(folder, exercise.filename, folder.resolve())
        if self.submission.is_dir():
            return HandedIn.within(self.submission, exercise)
        return HandedIn.file(self.submission, exercise.filename)

    def _own(self, student: str) -> Path:
        """Return a student's own folder: a link may be the teacher's, but must not lead to another student's."""
        assert self.submissions is not None
        everybodys = self.submissions.resolve()
        own = (everybodys / student).resolve()
        return everybodys / student if own.is_relative_to(everybodys) else own


def _wrapped(folder: Path) -> Iterable[Path]:
    """Yield a folder, then the only folder in it, and so on."""
    for _ in range(_MOST_WRAPPED):
        yield folder
        inside = _folders(folder)
        if len(inside) != 1:
            return
        folder = inside[0]


def _folders(folder: Path) -> list[Path]:
    """Return the subfolders that were handed in: no links, and none that operating systems create."""
    try:
        entries = list(os.scandir(folder))
    except OSError:
        return []
    found = (entry for entry in entries if entry.name[0] not in "._" and entry.is_dir(follow_symlinks=False))
    return [Path(entry.path) for entry in found]
