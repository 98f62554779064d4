"""Exercises and whose program is graded: from folders on disk to what there is to grade."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from pytest_asyncgrade.errors import UsageError

if TYPE_CHECKING:
    from pathlib import Path


@dataclass(frozen=True, slots=True)
class Exercise:
    """One exercise: the folder of its grader, and its starter, which the student makes into a submission."""

    slug: str
    grader: Path
    starter: Path

    @classmethod
    def of_grader(cls, folder: Path, slug: str | None = None) -> Exercise:
        """Return the exercise of ``graders/<slug>/``; its starter is ``exercises/<slug>/<slug>.py`` beside that."""
        slug = slug or folder.name
        return cls(slug, folder, folder.parent.parent / "exercises" / slug / f"{slug}.py")

    @property
    def filename(self) -> str:
        """What a submission's file is called."""
        return f"{self.slug}.py"


@dataclass(frozen=True, slots=True)
class Source:
    """Where the submissions are: the starters themselves, one file or folder, or a folder per student."""

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
        """Return the students' names, ``("",)`` if there is one without a name."""
        if self.submissions is None:
            return ("",)
        names = sorted(path.name for path in self.submissions.iterdir() if path.is_dir() and path.name[0] not in "._")
        if not names:
            msg = f"--submissions {self.submissions}: no folders in it; it should hold a folder per student"
            raise UsageError(msg)
        return tuple(names)

    def script(self, exercise: Exercise, student: str) -> Path:
        """Return the file a student handed in for an exercise, whether or not it is there."""
        if self.submissions is not None:
            return _in_folder(self.submissions / student, exercise)
        if self.submission is None:
            return exercise.starter
        return _in_folder(self.submission, exercise) if self.submission.is_dir() else self.submission


def _in_folder(folder: Path, exercise: Exercise) -> Path:
    """Return ``FOLDER/<slug>.py``, or ``FOLDER/<slug>/<slug>.py`` if that is what there is."""
    flat, nested = folder / exercise.filename, folder / exercise.slug / exercise.filename
    return nested if nested.exists() and not flat.exists() else flat
