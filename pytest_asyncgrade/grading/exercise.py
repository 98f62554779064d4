"""Exercises and whose program is graded: from folders on disk to what there is to grade."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from pytest_asyncgrade.errors import UsageError
from pytest_asyncgrade.sandbox import Limits, Rules
from pytest_asyncgrade.trace import KINDS

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

_SETTINGS = "exercise.toml"
_TABLES = ("limits", "files", "findings", "equivalent", "hidden")


@dataclass(frozen=True, slots=True)
class Hidden:
    """Checks that a teacher keeps: what ``[hidden]`` of an ``exercise.toml`` says of them.

    Who has the grader without `files` grades what is left, and is told that `points` are in checks he does not see.
    """

    files: tuple[str, ...] = ()
    points: int = 0

    @classmethod
    def parse(cls, given: dict[str, Any], where: str) -> Hidden:
        """Return what is said there; UsageError if that cannot be."""
        for name in given:
            if name not in {"files", "points"}:
                msg = f"{where}: {name!r} is not known here; there are files and points"
                raise UsageError(msg)
        files, points = given.get("files", []), given.get("points", 0)
        if type(files) is not list or not all(type(name) is str and _is_grader(name) for name in files):
            msg = f'{where}: files = {files!r}: give a list of files beside it, as in ["test_naps_hidden.py"]'
            raise UsageError(msg)
        if type(points) is not int or points < bool(files):
            msg = f"{where}: points = {points!r}: give the points of the checks in those files, a whole number"
            raise UsageError(msg)
        return cls(tuple(files), points)

    def withheld_from(self, folder: Path) -> int:
        """Return the points of these checks if `folder` is without them; UsageError if only some are there."""
        missing = [name for name in self.files if not (folder / name).is_file()]
        if missing and len(missing) < len(self.files):
            msg = (
                f"{folder / _SETTINGS}, [hidden]: there is no {', '.join(missing)} beside it, and other hidden files "
                "are there: keep all of them, or give all away"
            )
            raise UsageError(msg)
        return self.points if missing else 0


def _is_grader(name: str) -> bool:
    return name.startswith("test_") and name.endswith(".py") and "/" not in name


@dataclass(frozen=True, slots=True)
class Exercise:
    """One exercise: the folder of its grader, and its starter, which the student makes into a submission."""

    slug: str
    grader: Path
    starter: Path
    limits: Limits = field(default_factory=Limits)
    rules: Rules = field(default_factory=Rules)
    ignored: frozenset[str] = frozenset()
    """Kinds of findings that say nothing here: what they find is what the exercise asks for."""
    equivalents: Mapping[str, str] = field(default_factory=dict)
    """Mutants of the solution that do what they should, by name, and why."""
    hidden: Hidden = field(default_factory=Hidden)
    withheld: int = 0
    """The points of the hidden checks, if they are not here."""

    @classmethod
    def of_grader(cls, folder: Path, slug: str | None = None) -> Exercise:
        """Return the exercise of ``graders/<slug>/``; its starter is ``exercises/<slug>/<slug>.py`` beside that.

        ``exercise.toml`` in the grader's folder may set ``[limits]``, ``[files]``, ``[findings]``, ``[equivalent]`` and
        ``[hidden]``; UsageError if it cannot be that.
        """
        slug = slug or folder.name
        starter = folder.parent.parent / "exercises" / slug / f"{slug}.py"
        exercise = cls(slug, folder, starter, **_settings(folder / _SETTINGS))
        return replace(exercise, withheld=exercise.hidden.withheld_from(folder))

    @property
    def filename(self) -> str:
        """What a submission's file is called."""
        return f"{self.slug}.py"

    @staticmethod
    def program_in(folder: Path, slug: str) -> Path:
        """Return ``FOLDER/<slug>.py``, or ``FOLDER/<slug>/<slug>.py`` if that is what there is."""
        flat, nested = folder / f"{slug}.py", folder / slug / f"{slug}.py"
        return nested if nested.exists() and not flat.exists() else flat


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
            return exercise.program_in(self.submissions / student, exercise.slug)
        if self.submission is None:
            return exercise.starter
        if self.submission.is_dir():
            return exercise.program_in(self.submission, exercise.slug)
        return self.submission


def _settings(path: Path) -> dict[str, Any]:
    """Return what an ``exercise.toml`` says, by the fields of an exercise."""
    if not path.is_file():
        return {}
    import tomllib

    try:
        given = tomllib.loads(path.read_text(encoding="utf-8"))
    except ValueError as error:  # TOMLDecodeError, UnicodeDecodeError
        msg = f"{path}: {error}"
        raise UsageError(msg) from None
    for name, table in given.items():
        if name not in _TABLES or not isinstance(table, dict):
            there = ", ".join(f"[{table}]" for table in _TABLES)
            msg = f"{path}: {name!r} is not known here; there are the tables {there}"
            raise UsageError(msg)
    equivalents = given.get("equivalent", {})
    if not all(type(reason) is str and reason for reason in equivalents.values()):
        msg = f"{path}, [equivalent]: give a reason for each mutant, as a text"
        raise UsageError(msg)
    return {
        "limits": Limits.parse(given.get("limits", {}), f"{path}, [limits]"),
        "rules": _rules(given.get("files", {}), path),
        "ignored": _ignored(given.get("findings", {}), path),
        "equivalents": equivalents,
        "hidden": Hidden.parse(given.get("hidden", {}), f"{path}, [hidden]"),
    }


def _ignored(given: dict[str, Any], path: Path) -> frozenset[str]:
    for name, kinds in given.items():
        if name != "ignore":
            msg = f"{path}, [findings]: {name!r} is not known here; there is ignore"
            raise UsageError(msg)
        for kind in kinds if type(kinds) is list else [kinds]:
            if kind not in KINDS:
                msg = f"{path}, [findings]: ignore = {kinds!r}: give a list of kinds out of {', '.join(KINDS)}"
                raise UsageError(msg)
    return frozenset(given.get("ignore", ()))


def _rules(given: dict[str, Any], path: Path) -> Rules:
    for name, patterns in given.items():
        if name not in {"include", "exclude"}:
            msg = f"{path}, [files]: {name!r} is not known here; there are include and exclude"
            raise UsageError(msg)
        if type(patterns) is not list or not all(type(pattern) is str for pattern in patterns):
            msg = f'{path}, [files]: {name} = {patterns!r}: give a list of patterns, as in ["*.csv", "data/*"]'
            raise UsageError(msg)
    return Rules(**{name: tuple(patterns) for name, patterns in given.items()})
