"""The programs that a teacher keeps with a grader: its solution, alternatives and known mistakes.

Each is a file, or a folder as a student would hand it in.  A file replaces the program among the files of the solution,
if that is a folder, else among those of the starter.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from pytest_asyncgrade.errors import UsageError
from pytest_asyncgrade.sandbox import read_submission

from .handed_in import HandedIn, Roster

if TYPE_CHECKING:
    from pathlib import Path

    from .exercise import Exercise

Files = dict[str, bytes]
"""The content of each file, by its path."""


def solution(exercise: Exercise) -> Files:
    """Return the files of the solution: ``solution.py`` or ``solution/``; UsageError if there is none."""
    folder, file = exercise.grader / "solution", exercise.grader / "solution.py"
    if folder.is_dir():
        return _folder(exercise, folder)
    if not file.is_file():
        msg = f"{exercise.grader}: there is no solution.py in it; a grader that is to be proved needs one"
        raise UsageError(msg)
    return _file(exercise, file)


def others(exercise: Exercise, kind: str) -> dict[str, Files]:
    """Return the ``alternatives`` or ``mistakes``, by their names."""
    paths = sorted(path for path in exercise.grader.glob(f"{kind}/*") if path.name[0] not in "._")
    folders = {path.name: _folder(exercise, path) for path in paths if path.is_dir()}
    files = {path.stem: _file(exercise, path) for path in paths if path.suffix == ".py"}
    return folders | files


def starter(exercise: Exercise) -> Files:
    """Return the files that students start with, except the README; none if there is no starter."""
    files = Roster().handed_in(exercise, "").submitted(exercise).files
    return {name: data for name, data in files.items() if name != "README.md"}


def _folder(exercise: Exercise, folder: Path) -> Files:
    submitted = HandedIn.within(folder, exercise).submitted(exercise)
    if submitted.problem:
        msg = f"{folder}: {submitted.problem}"
        raise UsageError(msg)
    return submitted.files


def _file(exercise: Exercise, path: Path) -> Files:
    folder = exercise.grader / "solution"
    around = _folder(exercise, folder) if folder.is_dir() else starter(exercise)
    submitted = read_submission(path, alone=True, rules=exercise.rules)
    if submitted.problem:
        msg = f"{path}: {submitted.problem}"
        raise UsageError(msg)
    program = submitted.files.pop(submitted.script)
    return around | submitted.files | {exercise.filename: program}
