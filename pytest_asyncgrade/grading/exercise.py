"""Exercises and whose program is graded: from folders on disk to what there is to grade."""

from __future__ import annotations

import os
from dataclasses import dataclass, field, replace
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Any

from pytest_asyncgrade.errors import UsageError
from pytest_asyncgrade.sandbox import Limits, Parcel, Rules, pack
from pytest_asyncgrade.trace import KINDS

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

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
    program: str = ""
    """What a submission's program is called, where the exercise says it: ``app/main.py``."""
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

        Where ``[files]`` names the program, it is that one in ``exercises/<slug>/``.

        ``exercise.toml`` in the grader's folder may set ``[limits]``, ``[files]``, ``[findings]``, ``[equivalent]`` and
        ``[hidden]``; UsageError if it cannot be that.
        """
        slug = slug or folder.name
        settings = _settings(folder / _SETTINGS)
        starter = folder.parent.parent / "exercises" / slug / (settings.get("program") or f"{slug}.py")
        exercise = cls(slug, folder, starter, **settings)
        return replace(exercise, withheld=exercise.hidden.withheld_from(folder))

    @property
    def private(self) -> Path:
        """The folder that is the teacher's, even if it lies in a student's: all graders, or this one."""
        return self.grader.parent if self.grader.parent.name == "graders" else self.grader

    @property
    def filename(self) -> str:
        """The path of a submission's program in its folder."""
        return self.program or f"{self.slug}.py"

    def program_in(self, folder: Path, own: Path | None = None) -> HandedIn:
        """Return the program in a student's folder, whether or not it is there; `own` is its real path.

        It lies in the folder, or in ``<slug>/``, ``exercises/<slug>/`` or ``exercises/`` of it; and all that may be in
        the only folder there is, as an archive has it.
        """
        layouts = ("", self.slug, f"exercises/{self.slug}", "exercises")
        bases = [base / layout for base in _wrapped(folder) for layout in layouts]
        there = (base for base in bases if os.path.lexists(base / self.filename))
        return HandedIn(next(there, folder), self.filename, own or folder.resolve())


_DEEPEST = 3
"""How many folders, each the only one in the one above it, may be around a program."""


def _wrapped(folder: Path) -> Iterable[Path]:
    """Yield a folder, then the only folder in it, and so on."""
    for _ in range(_DEEPEST):
        yield folder
        inside = _folders(folder)
        if len(inside) != 1:
            return
        folder = inside[0]


def _folders(folder: Path) -> list[Path]:
    """Return the folders in a folder that were handed in: no links, and nothing that systems leave there."""
    try:
        entries = list(os.scandir(folder))
    except OSError:
        return []
    found = (entry for entry in entries if entry.name[0] not in "._" and entry.is_dir(follow_symlinks=False))
    return [Path(entry.path) for entry in found]


@dataclass(frozen=True, slots=True)
class HandedIn:
    """A student's program on disk: `filename` in `folder`, all of which comes along, somewhere in their `own` folder.

    No link leads out of that one.
    """

    folder: Path
    filename: str
    own: Path | None = None
    """None for a file that was named: beside it may lie what is not theirs, so only what it names comes along."""

    @classmethod
    def file(cls, path: Path, filename: str) -> HandedIn:
        """Return the program in a file that somebody has named; if it is called so, `filename` is its path."""
        real = path.resolve()
        depth = len(PurePosixPath(filename).parts) if real.as_posix().endswith(f"/{filename}") else 1
        folder = real.parents[depth - 1]
        return cls(folder, real.relative_to(folder).as_posix())

    @property
    def script(self) -> Path:
        """Where the program is, whether or not it is there."""
        return self.folder / self.filename

    def parcel(self, exercise: Exercise) -> Parcel:
        """Return what of it is graded for an exercise."""
        return pack(
            self.script,
            alone=self.own is None,
            folder=self.folder,
            own=self.own,
            private=exercise.private,
            rules=exercise.rules,
        )


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

    def handed_in(self, exercise: Exercise, student: str) -> HandedIn:
        """Return what a student handed in for an exercise, whether or not it is there."""
        if self.submissions is not None:
            return exercise.program_in(self.submissions / student, self._own(student))
        if self.submission is None:
            folder = exercise.starter.parents[len(PurePosixPath(exercise.filename).parts) - 1]
            return HandedIn(folder, exercise.filename, folder.resolve())
        if self.submission.is_dir():
            return exercise.program_in(self.submission)
        return HandedIn.file(self.submission, exercise.filename)

    def _own(self, student: str) -> Path:
        """Return a student's own folder: where a link of the teacher's leads, but not another student's."""
        assert self.submissions is not None
        everybodys = self.submissions.resolve()
        own = (everybodys / student).resolve()
        return everybodys / student if own.is_relative_to(everybodys) else own


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
    files = dict(given.get("files", {}))
    return {
        "program": _program(files.pop("program"), path) if "program" in files else "",
        "limits": Limits.parse(given.get("limits", {}), f"{path}, [limits]"),
        "rules": _rules(files, path),
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


def _program(given: Any, path: Path) -> str:
    is_path = type(given) is str and given.endswith(".py") and "\\" not in given
    parts = PurePosixPath(given).parts if is_path else ()
    if not parts or {"..", "/"} & {*parts}:
        msg = f'{path}, [files]: program = {given!r}: give the path of a file in the submission, as in "app/main.py"'
        raise UsageError(msg)
    return "/".join(parts)


def _rules(given: dict[str, Any], path: Path) -> Rules:
    for name, patterns in given.items():
        if name not in {"include", "exclude"}:
            msg = f"{path}, [files]: {name!r} is not known here; there are program, include and exclude"
            raise UsageError(msg)
        if type(patterns) is not list or not all(type(pattern) is str for pattern in patterns):
            msg = f'{path}, [files]: {name} = {patterns!r}: give a list of patterns, as in ["*.csv", "data/*"]'
            raise UsageError(msg)
    return Rules(**{name: tuple(patterns) for name, patterns in given.items()})
