"""Exercises and whose program is graded: from folders on disk to what there is to grade."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from pytest_asyncgrade.errors import UsageError
from pytest_asyncgrade.sandbox import Limits, Rules

if TYPE_CHECKING:
    from pathlib import Path

_SETTINGS = "exercise.toml"


@dataclass(frozen=True, slots=True)
class Exercise:
    """One exercise: the folder of its grader, and its starter, which the student makes into a submission."""

    slug: str
    grader: Path
    starter: Path
    limits: Limits = field(default_factory=Limits)
    rules: Rules = field(default_factory=Rules)

    @classmethod
    def of_grader(cls, folder: Path, slug: str | None = None) -> Exercise:
        """Return the exercise of ``graders/<slug>/``; its starter is ``exercises/<slug>/<slug>.py`` beside that.

        ``exercise.toml`` in the grader's folder may set ``[limits]`` and ``[files]``; UsageError if it cannot be that.
        """
        slug = slug or folder.name
        limits, rules = _settings(folder / _SETTINGS)
        return cls(slug, folder, folder.parent.parent / "exercises" / slug / f"{slug}.py", limits, rules)

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


def _settings(path: Path) -> tuple[Limits, Rules]:
    """Return what an ``exercise.toml`` says: limits of a run, and which files come along."""
    if not path.is_file():
        return Limits(), Rules()
    import tomllib

    try:
        given = tomllib.loads(path.read_text(encoding="utf-8"))
    except ValueError as error:  # TOMLDecodeError, UnicodeDecodeError
        msg = f"{path}: {error}"
        raise UsageError(msg) from None
    for name, table in given.items():
        if name not in {"limits", "files"} or not isinstance(table, dict):
            msg = f"{path}: {name!r} is not known here; there are the tables [limits] and [files]"
            raise UsageError(msg)
    return Limits.parse(given.get("limits", {}), f"{path}, [limits]"), _rules(given.get("files", {}), path)


def _rules(given: dict[str, Any], path: Path) -> Rules:
    for name, patterns in given.items():
        if name not in {"include", "exclude"}:
            msg = f"{path}, [files]: {name!r} is not known here; there are include and exclude"
            raise UsageError(msg)
        if type(patterns) is not list or not all(type(pattern) is str for pattern in patterns):
            msg = f'{path}, [files]: {name} = {patterns!r}: give a list of patterns, as in ["*.csv", "data/*"]'
            raise UsageError(msg)
    return Rules(**{name: tuple(patterns) for name, patterns in given.items()})


def _in_folder(folder: Path, exercise: Exercise) -> Path:
    """Return ``FOLDER/<slug>.py``, or ``FOLDER/<slug>/<slug>.py`` if that is what there is."""
    flat, nested = folder / exercise.filename, folder / exercise.slug / exercise.filename
    return nested if nested.exists() and not flat.exists() else flat
