"""The files of a submission that are graded: the program, its helper modules and its data files.

No link leads out of the student's own folder: the real path of a file decides.

Left behind is what would configure Python or pytest, what would be imported instead of a module of Python's or an
installed one, and what is not a regular file.  All files are read once, so that every run sees the same.
"""

from __future__ import annotations

import os
import stat
import sys
from dataclasses import dataclass, field
from difflib import get_close_matches
from fnmatch import fnmatch
from importlib.machinery import PathFinder
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

from pytest_asyncgrade.trace.text import source_lines

from .named_files import files_named, names_in, patterns

if TYPE_CHECKING:
    from collections.abc import Iterator

_CONFIGURES = ("conftest.py", "sitecustomize.py", "usercustomize.py", "pyproject.toml", "pytest.ini", "setup.cfg",
               "setup.py", "tox.ini", "*.pth", "*.dist-info", "*.egg-info", "*.pyc", "*.so", "*.pyd")  # fmt: skip
_NOISE = (".*", "__pycache__", "__MACOSX")
"""Patterns of names that are left behind silently, since many folders have them."""
_OF_A_GRADER = ("test_*.py", "solution.py", "solution")
"""Patterns of a grader's files, which a program that is graded alone never gets."""

MAX_FILE_BYTES = 5_000_000
"""Largest file that is graded, in bytes."""
MAX_TOTAL_BYTES = 20_000_000
"""Largest size of all files together, in bytes."""
MAX_FILES = 200
"""Most files that are graded, the program not counted."""
_MAX_LOOKED_AT = 10_000
"""Most names of a folder that are looked at."""


@dataclass(frozen=True, slots=True)
class Rules:
    """An exercise's rules for files other than the program: patterns such as ``*.csv`` or ``data/*``.

    `include` adds files that would be left behind, `exclude` removes files; exclude wins.
    """

    include: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class SubmissionFiles:
    """The files of a submission, by their names relative to its folder (with ``/``); `script` is the program."""

    script: str
    files: dict[str, bytes] = field(default_factory=dict)
    left_behind: dict[str, str] = field(default_factory=dict)
    """Names that were left behind, with the reasons."""
    problem: str = ""
    """Why there is no program to run; empty if there is one."""

    @property
    def source(self) -> tuple[str, ...]:
        """The lines of the program."""
        return source_lines(self.files.get(self.script, b""))


def read_submission(  # noqa: PLR0913  # whose files they are, and which of them to read
    script: Path,
    *,
    alone: bool = False,
    folder: Path | None = None,
    own: Path | None = None,
    private: Path | None = None,
    rules: Rules | None = None,
) -> SubmissionFiles:
    """Read the files of the submission whose program is `script`.

    All files in `folder` (by default the script's, or the one that holds its package) are read.  A script that is
    graded `alone` may lie among other people's files, so only the files that it names are read.  No link leads out of
    the student's `own` folder (by default `folder`), which is given by its real path, nor into the teacher's `private`
    folder.
    """
    folder = folder or script.parent
    name = script.relative_to(folder).as_posix()
    home = own or folder.resolve()
    private = None if private is None or home.is_relative_to(private.resolve()) else private.resolve()
    try:
        program = _read(_inside(home, private, script))
    except FileNotFoundError:
        return SubmissionFiles(name, problem=f"there is no file {name}{_instead(script, home)}")
    except _LeftBehindError as error:
        return SubmissionFiles(name, problem=f"{name} cannot be graded: it is {error}")
    except OSError as error:
        return SubmissionFiles(name, problem=f"{name} cannot be read: {error.strerror}")
    folder = folder_of(folder, program, own)
    name = script.relative_to(folder).as_posix()
    reading = _Reading(
        SubmissionFiles(name, {name: program}), folder, own or folder.resolve(), private, rules or Rules()
    )
    if alone:
        reading.add_named()
    else:
        reading.add_all()
    return reading.found


def folder_of(folder: Path, program: bytes, own: Path | None = None) -> Path:
    """Return the folder from which the modules of a program in `folder` are imported: that one, or one above it.

    It is above a package that the program is part of: a folder with ``__init__.py``, or one from which the program
    imports by name.  It is never above the student's `own` folder.
    """
    while folder.resolve() != own and (folder / "__init__.py").is_file() and folder.name:
        folder = folder.parent
    name = folder.name
    is_imported = folder.resolve() != own and name in names_in(program).modules and not reason_to_leave_behind(name)
    is_beside = any((folder / module).exists() for module in (name, f"{name}.py"))
    return folder.parent if is_imported and not is_beside else folder


def _instead(script: Path, own: Path) -> str:
    """Return which file was probably meant to be the program, and what to do with it."""
    folder = script.parent
    if not folder.is_dir() or not folder.resolve().is_relative_to(own):
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
    """Why a file is left behind."""


def _inside(own: Path, private: Path | None, path: Path) -> Path:
    """Return the real path of a file, which has to be in the folder `own` and not in the `private` one."""
    real = Path(os.path.realpath(path))
    if not real.is_relative_to(own) or (private is not None and real.is_relative_to(private)):
        msg = "a link to somewhere else"
        raise _LeftBehindError(msg)
    return real


def _read(path: Path) -> bytes:
    """Return the bytes of a regular file; a link, a pipe or a device is never opened."""
    status = path.lstat()
    if not stat.S_ISREG(status.st_mode):
        msg = "a folder" if stat.S_ISDIR(status.st_mode) else "no regular file"
        raise _LeftBehindError(msg)
    if status.st_size > MAX_FILE_BYTES:
        msg = f"larger than {MAX_FILE_BYTES // 1_000_000} MB"
        raise _LeftBehindError(msg)
    with path.open("rb") as file:
        return file.read(MAX_FILE_BYTES + 1)


@dataclass(slots=True)
class _Reading:
    """Adds files to a submission, within the limits."""

    found: SubmissionFiles
    folder: Path
    own: Path
    private: Path | None
    rules: Rules
    total: int = 0

    def add_all(self) -> None:
        """Add all helper modules and data files of the folder, and of the folders in it."""
        for name in self._walk():
            self._add(name)

    def add_named(self) -> None:
        """Add the modules that the program and its modules import, and the files that their strings name."""
        home = self._home()
        bases = dict.fromkeys([home, ""])
        inits = (str(package / "__init__.py") for package in PurePosixPath(self.found.script).parents)
        todo = [module for file in inits if (self.folder / file).exists() for module in self._added(file)]
        todo.append(self.found.script)
        while todo:
            module = todo.pop()
            named = names_in(self.found.files[module])
            for name, is_imported in files_named(named, module, bases, self.folder):
                for file in self._walk(f"{name}/") if self._is_folder(name) else [name]:
                    if is_imported or file == name or not file.endswith(".py"):
                        todo += self._added(file)
            if wanted := patterns(named, bases):
                for file in self._walk():
                    if not file.endswith(".py") and any(fnmatch(file, pattern) for pattern in wanted):
                        todo += self._added(file)

    def _is_folder(self, name: str) -> bool:
        """Tell whether a name is that of a folder, not of a link to one."""
        path = self.folder / name
        return path.is_dir() and not path.is_symlink()

    def _home(self) -> str:
        """Return the name of the folder that the program is in; empty if it is at the top."""
        return self.found.script.rpartition("/")[0]

    def _added(self, name: str) -> list[str]:
        """Add a file; return its name if it is a new module."""
        is_new = name not in self.found.files
        if is_new and not any(fnmatch(part, pattern) for part in name.split("/") for pattern in _OF_A_GRADER):
            self._add(name)
        return [name] if is_new and name.endswith(".py") and name in self.found.files else []

    def _add(self, name: str) -> None:
        found, rules = self.found, self.rules
        if name == found.script:
            return
        try:
            if not any(fnmatch(name, pattern) for pattern in rules.include):
                self._check_name(name)
            if any(fnmatch(name, pattern) for pattern in rules.exclude):
                msg = "not wanted in this exercise"
                raise _LeftBehindError(msg)  # noqa: TRY301  # one handler keeps the reason
            if len(found.files) > MAX_FILES or self.total > MAX_TOTAL_BYTES:
                msg = "too much: at most 200 files and 20 MB are graded"
                raise _LeftBehindError(msg)  # noqa: TRY301  # as above
            data = _read(_inside(self.own, self.private, self.folder / name))
        except _LeftBehindError as reason:
            found.left_behind.setdefault(name, str(reason))
        except OSError as error:
            found.left_behind[name] = f"unreadable: {error.strerror}"
        else:
            found.files[name] = data
            self.total += len(data)

    def _check_name(self, name: str) -> None:
        """Raise if a file is left behind for its name, relative to the folder or to the program's folder."""
        home = self._home()
        names = [name, name.removeprefix(f"{home}/")] if home else [name]
        for one in names:
            if reason := reason_to_leave_behind(one):
                raise _LeftBehindError(reason)

    def _walk(self, start: str = "") -> Iterator[str]:
        """Yield the names below a folder, in order; only the folder's own name if it is left behind as a whole.

        A link to a folder is followed if the folder is the student's own and was not entered before.
        """
        home = self.folder.resolve()
        todo, count, seen = [start], 0, {home}
        while todo and count < _MAX_LOOKED_AT:
            parent = todo.pop()
            below = []
            try:
                entries = sorted(os.scandir(self.folder / parent), key=lambda entry: entry.name)
            except OSError:
                continue
            for entry in entries:
                name = f"{parent}{entry.name}"
                if any(fnmatch(entry.name, pattern) for pattern in _NOISE) or home / name == self.private:
                    continue
                count += 1
                if self._is_to_be_entered(entry, name, seen):
                    below.append(f"{name}/")
                else:
                    yield name
            todo += reversed(below)

    def _is_to_be_entered(self, entry: os.DirEntry[str], name: str, seen: set[Path]) -> bool:
        wanted = any(pattern.startswith(f"{name}/") for pattern in self.rules.include)
        is_folder = os.path.isdir(entry.path)  # noqa: PTH112  # a link may lead in a circle
        if not is_folder or (not wanted and reason_to_leave_behind(name)):
            return False
        if not entry.is_symlink():
            return True
        target = Path(os.path.realpath(entry.path))
        is_theirs = target.is_relative_to(self.own) and target != self.private
        is_new = is_theirs and not any(path.is_relative_to(target) for path in seen)
        seen.add(target)
        return is_new


def reason_to_leave_behind(name: str) -> str:
    """Return why a file or folder of this name is left behind; empty if it is not."""
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
