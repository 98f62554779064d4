"""What is to be graded: a unit for each attempt and exercise, with a digest of all that its grade depends on."""

from __future__ import annotations

import json
import tempfile
from collections import Counter
from dataclasses import dataclass, replace
from hashlib import sha256
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING

from .intake import collect
from .intake.programs import find_program, write_files
from .names import safe, with_digest
from .names import told as shown
from .statuses import Status

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator, Mapping

    from pytest_asyncgrade.grading import Exercise
    from pytest_asyncgrade.sandbox import SubmissionFiles

    from .bundle import Bundle
    from .intake import Attempt
    from .intake.programs import Found


@dataclass(frozen=True, slots=True)
class Unit:
    """One attempt of a student at one exercise."""

    attempt: Attempt
    folder: str
    """The student's name for files and folders."""
    exercise: str
    digest: str
    """Of the files, the grader, the options and this package: the same digest, the same grade."""
    program: str = ""
    """A digest of the program; empty if it is missing."""
    missing: str = ""
    """Why there is no program."""
    problem: str = ""
    """Why nothing of the attempt could be read."""
    notes: tuple[str, ...] = ()
    """How the program was found, and what was not taken of the attempt."""

    @property
    def key(self) -> tuple[str, int, str]:
        """What tells it from all other units."""
        return self.attempt.student, self.attempt.number, self.exercise

    @property
    def known_status(self) -> tuple[str, str]:
        """The status and the reason of what cannot be run; empty texts if there is a program."""
        if self.problem:
            return str(Status.UNREADABLE), self.problem
        return (str(Status.MISSING), self.missing) if self.missing else ("", "")


class Planner:
    """Looks into attempts.

    `programs` are those of all exercises, whichever are to be graded now; options are those of the grading, as far as a
    grade depends on them.
    """

    def __init__(
        self,
        exercises: Iterable[Exercise],
        programs: Collection[str],
        bundles: Mapping[str, Bundle],
        options: Iterable[str],
        *,
        accept_names: bool,
    ) -> None:
        self._exercises = tuple(exercises)
        self._programs = frozenset(programs)
        self._accept_names = accept_names
        self._grading = {
            slug: [bundle.digest, *options, version("pytest-asyncgrade")] for slug, bundle in bundles.items()
        }
        self._folders: dict[str, str] = {}
        self._taken: Counter[str] = Counter()

    def units(self, attempts: Iterable[Attempt]) -> Iterator[Unit]:
        """Yield the units of all attempts."""
        for attempt in attempts:
            with tempfile.TemporaryDirectory(prefix="asyncgrade-") as name:
                yield from self._units_of(attempt, Path(name))

    def files(self, unit: Unit) -> dict[str, bytes]:
        """Read once more the files that are graded, the program by its right name."""
        exercise = next(one for one in self._exercises if one.slug == unit.exercise)
        with tempfile.TemporaryDirectory(prefix="asyncgrade-") as name:
            collected = collect(unit.attempt)
            write_files(collected.files, Path(name))
            found = self._found(Path(name), collected.files, exercise).files
        return collected.files if found is None else _as_handed_in(found, exercise, collected.files)

    def _units_of(self, attempt: Attempt, folder: Path) -> Iterator[Unit]:
        collected = collect(attempt)
        notes = [*collected.notes, *write_files(collected.files, folder)]
        name = self._folder(attempt.student)
        for exercise in self._exercises:
            found = self._found(folder, collected.files, exercise)
            texts = (found.missing, collected.problem, found.note, *notes)
            missing, problem, *others = (shown(text) if text else "" for text in texts)
            unit = Unit(attempt, name, exercise.slug, "", "", missing, problem, tuple(filter(None, others)))
            data = b"" if found.files is None else found.files.files.get(found.files.script, b"")
            program = sha256(data).hexdigest() if data else ""
            yield replace(unit, program=program, digest=self._digest(unit, found.files))

    def _found(self, folder: Path, files: Mapping[str, bytes], exercise: Exercise) -> Found:
        others = self._programs - {exercise.filename}
        return find_program(folder, files, exercise, others, accept_names=self._accept_names)

    def _digest(self, unit: Unit, files: SubmissionFiles | None) -> str:
        digest = sha256(json.dumps([self._grading[unit.exercise], unit.folder, unit.missing, unit.problem]).encode())
        if files is not None:
            digest.update(json.dumps([files.script, files.problem, dict(files.left_behind)]).encode())
            for name, data in sorted(files.files.items()):
                digest.update(f"{name}\0{len(data)}\0".encode("utf-8", "surrogatepass") + data)
        return digest.hexdigest()

    def _folder(self, student: str) -> str:
        """Return a name for files that no other student has, also where upper and lower case are the same."""
        if student not in self._folders:
            name = safe(student)
            if self._taken[name.casefold()]:
                name = with_digest(name, student)
            self._taken[name.casefold()] += 1
            self._folders[student] = name
        return self._folders[student]


def _as_handed_in(found: SubmissionFiles, exercise: Exercise, everything: dict[str, bytes]) -> dict[str, bytes]:
    """Return the files as a folder from which the same are graded again."""
    return dict(found.files) if found.script == exercise.filename and not found.left_behind else everything


def in_shards(units: Iterable[Unit], most: int) -> Iterator[list[Unit]]:
    """Yield the units in groups of one exercise, in none of which a folder would be there twice."""
    by_exercise: dict[str, list[list[Unit]]] = {}
    for unit in units:
        shards = by_exercise.setdefault(unit.exercise, [])
        folders = {one.folder.casefold() for one in shards[-1]} if shards else set()
        if not shards or len(shards[-1]) >= most or unit.folder.casefold() in folders:
            shards.append([])
        shards[-1].append(unit)
    for shards in by_exercise.values():
        yield from shards


def without_unwanted(units: list[Unit], told: Callable[[str], None]) -> list[Unit]:
    """Return the units without those of exercises that nobody handed in."""
    handed_in = {unit.exercise for unit in units if not unit.missing}
    if unwanted := list(dict.fromkeys(unit.exercise for unit in units if unit.exercise not in handed_in)):
        told(f"nobody has handed in {', '.join(unwanted)}")
    return [unit for unit in units if unit.exercise in handed_in]
