"""Finds the program of an exercise among a student's files, by its name or by what it defines."""

from __future__ import annotations

import ast
import re
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from pytest_asyncgrade.grading import HandedIn

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping
    from pathlib import Path

    from pytest_asyncgrade.grading import Exercise
    from pytest_asyncgrade.sandbox import SubmissionFiles

_MANGLED = re.compile(r"( ?\(\d+\)| ?- ?(Copy|Kopie|copia|copie)| copy|-\d+)+$", re.IGNORECASE)
"""What browsers and systems add to the name of a file that is there already."""


@dataclass(frozen=True, slots=True)
class Found:
    """The files that are graded for an exercise; a `missing` reason if there is no program."""

    files: SubmissionFiles | None = None
    note: str = ""
    """How the program was found, if not by its name."""
    missing: str = ""


def write_files(files: Mapping[str, bytes], folder: Path) -> list[str]:
    """Write a student's files into an empty folder; return the names that no file can have here, with the reason."""
    refused = []
    for name, data in files.items():
        target = folder / name
        try:
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(data)
        except (OSError, ValueError) as error:
            refused.append(f"{name}: {getattr(error, 'strerror', None) or error}")
    return refused


def find_program(
    folder: Path, files: Mapping[str, bytes], exercise: Exercise, others: Collection[str], *, accept_names: bool
) -> Found:
    """Return what is graded for an exercise of the files in `folder`.

    `others` are the programs of other exercises: what has the name of one of them is never taken for this one.
    """
    files = {name: data for name, data in files.items() if (folder / name).is_file()}
    handed_in = HandedIn.within(folder, exercise)
    if handed_in.script.is_file():
        return Found(handed_in.submitted(exercise))
    if name := _mangled(files, exercise):
        return _under_another_name(folder, name, exercise, "")
    taken = {PurePosixPath(other).name.casefold() for other in others}
    there = sorted(name for name in files if name.endswith(".py") and _plain_name(name) not in taken)
    defined = _defining(files, there, exercise)
    if defined and accept_names:
        return _under_another_name(folder, defined, exercise, "by what it defines")
    if len(there) == 1 and not others and accept_names:
        return _under_another_name(folder, there[0], exercise, "it is the only program")
    return Found(missing=_told(files, there, defined, exercise))


def _under_another_name(folder: Path, name: str, exercise: Exercise, why: str) -> Found:
    """Return the program of another name as if it had the right one."""
    path = folder / name
    copy = path.with_name(PurePosixPath(exercise.filename).name)
    if not copy.exists():  # where upper and lower case are the same, it may be the very file
        copy.write_bytes(path.read_bytes())  # another exercise may look at it, too
    handed_in = HandedIn(copy.parent, copy.name, folder.resolve())
    note = f"{name} is graded as {exercise.filename}" + (f" ({why})" if why else "")
    return Found(handed_in.submitted(exercise), note)


def _mangled(files: Mapping[str, bytes], exercise: Exercise) -> str:
    """Return the file whose name a platform, a browser or a system made of the right one; empty if there is none."""
    wanted = PurePosixPath(exercise.filename).name.casefold()
    alike = [name for name in files if _plain_name(name) == wanted]
    return min(alike, key=lambda name: (name.count("/"), len(name), name), default="")


def _plain_name(name: str) -> str:
    path = PurePosixPath(name)
    return f"{_MANGLED.sub('', path.stem).strip()}{path.suffix}".casefold()


def _defining(files: Mapping[str, bytes], there: list[str], exercise: Exercise) -> str:
    """Return the only file that defines all that the exercise's starter defines; empty if there is none, or several."""
    try:
        wanted = _definitions(exercise.starter.read_bytes())
    except OSError:
        wanted = frozenset()
    fitting = [name for name in there if wanted and wanted <= _definitions(files[name])]
    return fitting[0] if len(fitting) == 1 else ""


def _definitions(source: bytes) -> frozenset[str]:
    """Return the functions and classes at the top level of a source except main; none if it cannot be read."""
    try:
        tree = ast.parse(source)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return frozenset()
    kinds = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
    return frozenset(node.name for node in tree.body if isinstance(node, kinds)) - {"main"}  # everybody has one


def _told(files: Mapping[str, bytes], there: list[str], defined: str, exercise: Exercise) -> str:
    """Return what is missing, and what is there instead."""
    missing = f"there is no {exercise.filename}"
    if defined:
        return f"{missing}; {defined} defines what it should: rename it, or grade with --accept-names"
    if there:
        return f"{missing}; there is {', '.join(there[:5])}{', ...' if len(there) > 5 else ''}"  # noqa: PLR2004  # room on a line
    if files:
        return f"{missing}, nor another program"
    return missing
