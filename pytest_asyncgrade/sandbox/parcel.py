"""What of a submission is graded: the program, and the helper modules and data files beside it.

What would configure Python or pytest, or be imported instead of a module of Python's or an installed one, stays behind,
and so does what is no regular file of the folder.  All is read once, so that every run sees the same.
"""

from __future__ import annotations

import os
import stat
import sys
from dataclasses import dataclass, field
from difflib import get_close_matches
from fnmatch import fnmatch
from importlib.machinery import PathFinder
from pathlib import Path
from typing import TYPE_CHECKING

from pytest_asyncgrade.trace.text import source_lines

if TYPE_CHECKING:
    from collections.abc import Iterator

_CONFIGURES = ("conftest.py", "sitecustomize.py", "usercustomize.py", "pyproject.toml", "pytest.ini", "setup.cfg",
               "setup.py", "tox.ini", "*.pth", "*.dist-info", "*.egg-info", "*.pyc", "*.so", "*.pyd")  # fmt: skip
_NOISE = (".*", "__pycache__")
"""What is left behind without a word: every folder has it."""

MAX_FILE = 5_000_000
"""Largest file that comes along, in bytes."""
MAX_BYTES = 20_000_000
"""Of all files together."""
MAX_FILES = 200
_MAX_LOOKED_AT = 10_000


@dataclass(frozen=True, slots=True)
class Rules:
    """What an exercise says of the files beside the program: patterns such as ``*.csv`` or ``data/*``.

    `include` widens the list to what would stay behind, `exclude` narrows it; exclude wins.
    """

    include: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Parcel:
    """The files of a submission, by their names relative to its folder (with ``/``); `script` is the program's."""

    script: str
    files: dict[str, bytes] = field(default_factory=dict)
    left_behind: dict[str, str] = field(default_factory=dict)
    """What stayed behind, and why."""
    problem: str = ""
    """Why there is no program to run."""

    @property
    def source(self) -> tuple[str, ...]:
        """The lines of the program."""
        return source_lines(self.files.get(self.script, b""))


def pack(script: Path, *, alone: bool = False, rules: Rules | None = None) -> Parcel:
    """Return what is graded of the submission whose program is `script`.

    `alone` leaves the script's neighbours behind: they are other students' files.
    """
    try:
        program = _read(script)
    except FileNotFoundError:
        return Parcel(script.name, problem=f"there is no file {script.name}{_instead(script)}")
    except _LeftBehindError as error:
        return Parcel(script.name, problem=f"{script.name} cannot be graded: it is {error}")
    except OSError as error:
        return Parcel(script.name, problem=f"{script.name} cannot be read: {error.strerror}")
    parcel = Parcel(script.name, {script.name: program})
    if not alone:
        _add_neighbours(parcel, script.parent, rules or Rules())
    return parcel


def _instead(script: Path) -> str:
    """Name the file that was probably meant to be the program, and what to do with it."""
    folder = script.parent
    if not folder.is_dir():
        return ""
    there = sorted(path.name for path in folder.glob("*.py"))
    if meant := get_close_matches(script.name, there, n=1) or (there if len(there) == 1 else []):
        return f"; there is {meant[0]}: rename it, if it is the program"
    if notebook := next(iter(sorted(path.name for path in folder.glob("*.ipynb"))), ""):
        return f"; there is {notebook}, a notebook: export it as a Python script, {script.name}"
    if disguised := next(iter(sorted(path.name for path in folder.glob(f"{script.name}.*"))), ""):
        return f"; there is {disguised}: rename it to {script.name}"
    found = (path for path in folder.glob("*/*.py") if path.parent.name[0] not in "._")
    below = sorted(path.relative_to(folder).as_posix() for path in found)
    named = [name for name in below if name.endswith(f"/{script.name}")]
    if meant := named or (below if len(below) == 1 else []):
        return f"; there is {meant[0]}: move it to {script.name}, if it is the program"
    return ""


class _LeftBehindError(Exception):
    """Why a file does not come along."""


def _read(path: Path) -> bytes:
    """Return a regular file's bytes; a link, a pipe or a device is never opened."""
    status = path.lstat()
    if stat.S_ISLNK(status.st_mode):
        target = path.resolve()
        if not target.is_relative_to(path.parent.resolve()):
            msg = "a link to somewhere else"
            raise _LeftBehindError(msg)
        path, status = target, target.lstat()
    if not stat.S_ISREG(status.st_mode):
        msg = "a folder" if stat.S_ISDIR(status.st_mode) else "no regular file"
        raise _LeftBehindError(msg)
    if status.st_size > MAX_FILE:
        msg = f"larger than {MAX_FILE // 1_000_000} MB"
        raise _LeftBehindError(msg)
    with path.open("rb") as file:
        return file.read(MAX_FILE + 1)


def _add_neighbours(parcel: Parcel, folder: Path, rules: Rules) -> None:
    """Add the helper modules and data files beside a program, and those in folders below."""
    total = 0
    for name in _walk(folder, rules):
        if name == parcel.script:
            continue
        try:
            if not any(fnmatch(name, pattern) for pattern in rules.include):
                _check_name(name)
            if any(fnmatch(name, pattern) for pattern in rules.exclude):
                msg = "not wanted in this exercise"
                raise _LeftBehindError(msg)  # noqa: TRY301  # one place says why
            if len(parcel.files) > MAX_FILES or total > MAX_BYTES:
                msg = "too much: at most 200 files and 20 MB are graded"
                raise _LeftBehindError(msg)  # noqa: TRY301
            data = _read(folder / name)
        except _LeftBehindError as reason:
            parcel.left_behind.setdefault(name, str(reason))
        except OSError as error:
            parcel.left_behind[name] = f"unreadable: {error.strerror}"
        else:
            parcel.files[name] = data
            total += len(data)


def _walk(folder: Path, rules: Rules) -> Iterator[str]:
    """Yield the names below a folder, in order; of one that is left behind as a whole, its own alone."""
    todo, count = [""], 0
    while todo and count < _MAX_LOOKED_AT:
        parent = todo.pop()
        below = []
        try:
            entries = sorted(os.scandir(folder / parent), key=lambda entry: entry.name)
        except OSError:
            continue
        for entry in entries:
            name = f"{parent}{entry.name}"
            if any(fnmatch(entry.name, pattern) for pattern in _NOISE):
                continue
            count += 1
            wanted = any(pattern.startswith(f"{name}/") for pattern in rules.include)
            if entry.is_dir(follow_symlinks=False) and (wanted or not reason_to_leave_behind(name)):
                below.append(f"{name}/")
            else:
                yield name
        todo += reversed(below)


def _check_name(name: str) -> None:
    if reason := reason_to_leave_behind(name):
        raise _LeftBehindError(reason)


def reason_to_leave_behind(name: str) -> str:
    """Say why a file or folder of this name stays behind, if it does."""
    last = name.rpartition("/")[2]
    if any(fnmatch(last, pattern) for pattern in _CONFIGURES):
        return "it would configure Python or pytest"
    if "/" not in name and Path(name).suffix in {"", ".py"}:
        stem = Path(name).stem
        if stem in sys.stdlib_module_names:
            return f"it would be imported instead of Python's own {stem}"
        if PathFinder.find_spec(stem, _installed()) is not None:
            return f"it would be imported instead of the installed {stem}"
    return ""


def _installed() -> list[str]:
    return [path for path in sys.path if path.endswith(("site-packages", "dist-packages"))]
