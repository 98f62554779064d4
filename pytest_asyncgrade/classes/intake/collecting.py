"""Reads the files of an attempt: archives are unpacked, notebooks and online text become programs."""

from __future__ import annotations

import os
from html.parser import HTMLParser
from io import BytesIO
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

from pytest_asyncgrade.sandbox.submission_files import MAX_FILE_BYTES
from pytest_asyncgrade.trace.plain import said_by

from .archives import STUDENT_ROOM, ArchiveError, members
from .model import NOISE, ONLINE_TEXT, Attempt, Collected
from .notebooks import NotebookError, program_of
from .repositories import files_of_commit

if TYPE_CHECKING:
    from collections.abc import Iterator

_MOST_NESTED = 2
"""How many archives may be within one another."""
_MOST_LOOKED_AT = 20_000
"""Most names in a student's folder that are looked at."""


def collect(attempt: Attempt) -> Collected:
    """Read the files of an attempt: archives are unpacked, notebooks and online text become programs."""
    found = Collected(problem=attempt.problem)
    try:
        _read(attempt, found)
    except Exception as error:  # noqa: BLE001  # whatever is wrong with one student's files, the class is graded
        return Collected(problem=f"it cannot be read: {said_by(error)}")
    return found


def _read(attempt: Attempt, found: Collected) -> None:
    if attempt.commit:
        files_of_commit(attempt, found)
    else:
        for name, path in attempt.parts:
            _add_path(found, name, path)
    if not found.files and not found.problem:
        found.problem = "; ".join(found.notes)
    _convert(found)


def _add_path(found: Collected, name: str, path: Path) -> None:
    if path.is_symlink():
        found.notes.append(f"{name or path.name}: it is a link")
    elif path.is_dir():
        for below in _walk(path, found):
            inner = below.relative_to(path).as_posix()
            _add_file(found, f"{name}/{inner}" if name else inner, below)
    else:
        _add_file(found, name or path.name, path)


def _walk(folder: Path, found: Collected) -> Iterator[Path]:
    """Yield the files below a folder, in order; links are not followed."""
    todo, count = [folder], 0
    while todo and count < _MOST_LOOKED_AT:
        here = todo.pop()
        try:
            entries = sorted(os.scandir(here), key=lambda entry: entry.name)
        except OSError as error:
            found.notes.append(f"{here.relative_to(folder).as_posix()}: {error.strerror}")
            continue
        for entry in entries:
            count += 1
            if NOISE.fullmatch(entry.name):
                continue
            if entry.is_symlink():
                found.notes.append(f"{Path(entry.path).relative_to(folder).as_posix()}: it is a link")
            elif entry.is_dir():
                todo.append(Path(entry.path))
            else:
                yield Path(entry.path)


def _add_file(found: Collected, name: str, path: Path, depth: int = 0) -> None:
    try:
        if path.suffix.lower() == ".zip":
            _add_archive(found, name, path, depth)
        elif not path.is_file():
            found.notes.append(f"{name}: it is no regular file")
        elif path.stat().st_size > MAX_FILE_BYTES:
            found.notes.append(f"{name}: larger than {MAX_FILE_BYTES // 1_000_000} MB")
        else:
            found.files[name] = path.read_bytes()
    except OSError as error:
        found.notes.append(f"{name}: {error.strerror}")


def _add_archive(found: Collected, name: str, path: Path, depth: int) -> None:
    """Add what is in an archive, in the place where it lies."""
    refused: list[str] = []
    above = str(PurePosixPath(name).parent)
    try:
        for inner, data in members(path, STUDENT_ROOM, refused):
            if any(NOISE.fullmatch(part) for part in PurePosixPath(inner).parts):
                continue
            whole = inner if above == "." else f"{above}/{inner}"
            if inner.lower().endswith(".zip") and depth < _MOST_NESTED:
                _add_archive(found, whole, BytesIO(data), depth + 1)  # type: ignore[arg-type]  # ZipFile reads it as well
            elif len(data) > MAX_FILE_BYTES:
                found.notes.append(f"{whole}: larger than {MAX_FILE_BYTES // 1_000_000} MB")
            else:
                found.files[whole] = data
    except ArchiveError as error:
        found.notes.append(f"{name}: {error}")
    found.notes += [f"{name}: {reason}" for reason in refused]


def _convert(found: Collected) -> None:
    """Make programs of notebooks, of online text, and of programs that a browser took for plain text."""
    for name in sorted(found.files):
        stem = name.rpartition(".")[0]
        if name.endswith(".ipynb"):
            _convert_notebook(found, name, f"{stem}.py")
        elif name.endswith(".py.txt") and stem not in found.files:
            found.files[stem] = found.files.pop(name)
        elif PurePosixPath(name).stem == ONLINE_TEXT and name.endswith((".html", ".htm", ".txt")):
            text = found.files[name].decode("utf-8", "replace")
            found.files.setdefault(f"{stem}.py", (text if name.endswith(".txt") else _text_of(text)).encode())


def _convert_notebook(found: Collected, name: str, script: str) -> None:
    if script in found.files:
        return
    try:
        text, left_out = program_of(found.files[name])
    except NotebookError as error:
        found.notes.append(f"{name}: {error}")
        return
    found.files[script] = text.encode("utf-8", "surrogatepass")
    found.notes += [f"{name}: left out, since it is for IPython: {line}" for line in left_out]


class _Text(HTMLParser):
    """The text of a page, with a line for each block."""

    _BLOCKS = frozenset({"p", "div", "br", "li", "pre", "tr"})

    def __init__(self) -> None:
        super().__init__()
        self.parts: list[str] = []

    def handle_starttag(self, tag: str, attrs: object) -> None:
        """Begin a line."""
        del attrs
        if tag in self._BLOCKS and self.parts and not self.parts[-1].endswith("\n"):
            self.parts.append("\n")

    def handle_data(self, data: str) -> None:
        """Keep the text."""
        self.parts.append(data.replace("\N{NO-BREAK SPACE}", " "))


def _text_of(page: str) -> str:
    parser = _Text()
    parser.feed(page)
    parser.close()
    return "".join(parser.parts)
