"""Recognises what a platform exported, and reads from it who handed in what, and when.

| what | how it is recognised |
|---|---|
| Gradescope, "Export submissions" | ``submission_metadata.yml`` |
| Moodle, "Download all submissions" | ``NAME_NUMBER_assignsubmission_KIND_...``, files or folders |
| Canvas, "Download submissions" | ``NAME[_LATE]_USER_ATTACHMENT_FILE`` |
| a table | a CSV file with the columns student and path |
| anything else | a folder, an archive, a notebook or a program for each student |
"""

from __future__ import annotations

import os
import re
from collections import defaultdict
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pytest_asyncgrade.classes.names import told
from pytest_asyncgrade.classes.sheets import read_rows
from pytest_asyncgrade.errors import UsageError
from pytest_asyncgrade.extras import needed

from .archives import ArchiveError, unpack
from .model import NOISE, ONLINE_TEXT, Attempt
from .repositories import time_of_commit

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping

_MOODLE = re.compile(r"(?P<student>.+)_(?P<ident>\d+)_assignsubmission_(?P<kind>[a-z]+)_?(?P<file>.*)")
_CANVAS = re.compile(r"(?P<student>[^_]+)(?P<late>_LATE)?_(?P<ident>\d+)_(?P<attachment>\d+)_(?P<file>.+)")
_AGAIN = re.compile(r"(?P<stem>.+?)-(?P<number>\d+)(?P<suffix>\.\w+)")
"""How Canvas marks a file that was handed in again: x-1.py is the second x.py."""
_METADATA = "submission_metadata.yml"
_FOR_ONE_STUDENT = (".zip", ".ipynb", ".py")


def attempts_in(path: Path, scratch: Path, slugs: Collection[str] = ()) -> list[Attempt]:
    """Return all attempts, in the order of the students' names; archives are unpacked into the folder `scratch`.

    `slugs` are the names of exercises, with which names of repositories may begin.  UsageError if there is nothing.
    """
    if path.is_file() and path.suffix.lower() == ".csv":
        found = list(_of_table(path))
    else:
        found = list(_of_folder(_opened(path, scratch), slugs))
    if not found:
        msg = f"{path}: there is no submission in it"
        raise UsageError(msg)
    return _numbered(found)


def _opened(path: Path, scratch: Path) -> Path:
    """Return the folder, or the folder that an archive was unpacked into."""
    if path.is_dir():
        return path
    refused: list[str] = []
    try:
        unpack(path, scratch, refused)
    except ArchiveError as error:
        msg = f"{path}: {error}; give a folder, a zip archive or a table (.csv)"
        raise UsageError(msg) from None
    return scratch


def _of_folder(folder: Path, slugs: Collection[str]) -> Iterator[Attempt]:
    entries = _entries(folder)
    names = [told(entry.name) for entry in entries]
    if any(entry.name == _METADATA for entry in entries):
        yield from _of_gradescope(folder)
    elif any(map(_MOODLE.fullmatch, names)):
        yield from _of_moodle(entries)
    elif any(_CANVAS.fullmatch(name) for name in names) and not any(entry.is_dir() for entry in entries):
        yield from _of_canvas(entries)
    elif len(entries) == 1 and entries[0].is_dir() and _is_wrapper(entries[0]):
        yield from _of_folder(entries[0], slugs)
    else:
        yield from _of_students(entries, slugs)


def _entries(folder: Path) -> list[Path]:
    try:
        found = sorted(os.scandir(folder), key=lambda entry: entry.name)
    except OSError as error:
        msg = f"{folder}: {error.strerror}"
        raise UsageError(msg) from None
    return [Path(entry.path) for entry in found if not NOISE.fullmatch(entry.name)]


def _is_wrapper(folder: Path) -> bool:
    """Tell whether the only folder is no student, but holds what there is of several."""
    inside = _entries(folder)
    names = [told(entry.name) for entry in inside]
    known = any(_MOODLE.fullmatch(name) or _CANVAS.fullmatch(name) or name == _METADATA for name in names)
    return known or (len([entry for entry in inside if entry.is_dir()]) > 1 and not _has_program(inside))


def _has_program(entries: Iterable[Path]) -> bool:
    return any(entry.suffix == ".py" for entry in entries)


def _of_moodle(entries: Iterable[Path]) -> Iterator[Attempt]:
    """Gather the files and the online text of each participant."""
    parts: dict[str, list[tuple[str, Path]]] = defaultdict(list)
    students: dict[str, str] = {}
    for entry in entries:
        match = _MOODLE.fullmatch(told(entry.name))
        if match is None:
            continue
        students.setdefault(match["ident"], match["student"])
        if entry.is_dir():
            parts[match["ident"]].append(("", entry))
        else:
            text = f"{ONLINE_TEXT}{entry.suffix}" if match["kind"] == ONLINE_TEXT else ""
            parts[match["ident"]].append((text or match["file"] or entry.name, entry))
    for ident, found in parts.items():
        yield Attempt(students[ident], tuple(found), ident)


def _of_canvas(entries: Iterable[Path]) -> Iterator[Attempt]:
    """Gather the attachments of each user; a file that was handed in again begins another attempt."""
    users: dict[str, dict[int, list[tuple[str, Path]]]] = defaultdict(lambda: defaultdict(list))
    students: dict[str, str] = {}
    late: set[str] = set()
    for entry in entries:
        match = _CANVAS.fullmatch(told(entry.name))
        if match is None:
            continue
        again = _AGAIN.fullmatch(match["file"])
        name = f"{again['stem']}{again['suffix']}" if again else match["file"]
        students.setdefault(match["ident"], match["student"])
        late |= {match["ident"]} if match["late"] else set()
        users[match["ident"]][int(again["number"]) + 1 if again else 1].append((name, entry))
    for ident, attempts in users.items():
        for number, parts in sorted(attempts.items()):
            yield Attempt(students[ident], tuple(parts), ident, number, is_late=ident in late)


def _of_gradescope(folder: Path) -> Iterator[Attempt]:
    """Read who handed in what from the metadata; a group's files are those of each of its members."""
    yaml = needed("yaml")
    path = folder / _METADATA
    try:
        data: Any = yaml.safe_load(path.read_text(encoding="utf-8"))
        submissions = {str(name): dict(about) for name, about in data.items()}
    except (yaml.YAMLError, AttributeError, TypeError, ValueError, OSError) as error:
        msg = f"{path}: it cannot be read ({type(error).__name__}); export the submissions again"
        raise UsageError(msg) from None
    for name, about in submissions.items():
        for submitter in about.get(":submitters") or []:
            student = str(submitter.get(":name") or submitter.get(":email") or name)
            yield Attempt(
                student,
                (("", folder / name),),
                str(submitter.get(":sid") or submitter.get(":email") or ""),
                submitted=_moment(about.get(":created_at")),
                problem="" if (folder / name).is_dir() else f"there is no folder {name}",
            )


def _moment(value: object) -> datetime | None:
    """Return a time as YAML or a table gives it; one without a zone is taken for UTC, as Gradescope writes it."""
    if isinstance(value, str):
        try:
            value = datetime.fromisoformat(value.strip().replace(" UTC", "+00:00"))
        except ValueError:
            return None
    if not isinstance(value, datetime):
        return None
    return value if value.tzinfo else value.replace(tzinfo=UTC)


def _of_table(path: Path) -> Iterator[Attempt]:
    """Read a table: student and path, and perhaps id, commit, submitted and attempt."""
    rows = read_rows(path)
    if rows and not {"student", "path"} <= rows[0].keys():
        msg = f"{path}: its columns are {', '.join(map(str, rows[0]))}: it needs student and path"
        raise UsageError(msg)
    for row in rows:
        yield _of_row(path, row)


def _of_row(table: Path, cell: Mapping[str, str]) -> Attempt:
    target = table.parent / cell["path"]
    commit, number = cell.get("commit", ""), cell.get("attempt", "")
    return Attempt(
        cell["student"],
        ((("" if target.is_dir() else target.name), target),),
        cell.get("id", ""),
        int(number) if number.isdigit() and int(number) else 1,
        _moment(cell.get("submitted", "")) or time_of_commit(target, commit or "HEAD"),
        commit=commit,
        problem="" if target.exists() else f"there is no {cell['path']}",
    )


def _of_students(entries: list[Path], slugs: Collection[str]) -> Iterator[Attempt]:
    """Take each folder, archive, notebook or program for that of one student."""
    usable = [entry for entry in entries if entry.is_dir() or entry.suffix.lower() in _FOR_ONE_STUDENT]
    names = {entry: told(entry.name if entry.is_dir() else entry.stem) for entry in usable}
    prefix = _prefix(list(names.values()), slugs) if all(entry.is_dir() for entry in usable) else ""
    for entry, name in names.items():
        problem = "" if os.access(entry, os.R_OK) else "we may not read it"
        part = ("" if entry.is_dir() else entry.name, entry)
        yield Attempt(
            name.removeprefix(prefix), (part,), submitted=_time_of(entry), problem=problem,
        )  # fmt: skip


def _time_of(entry: Path) -> datetime | None:
    return time_of_commit(entry) if entry.is_dir() else None


def _prefix(names: list[str], slugs: Collection[str]) -> str:
    """Return the assignment that all names of repositories begin with; empty if there is none."""
    common = os.path.commonprefix(names)  # noqa: RUF071  # of texts, not of paths
    prefix = common[: common.rfind("-") + 1]
    is_assignment = prefix.rstrip("-").replace("-", "_") in set(slugs)
    return prefix if is_assignment and all(name != prefix for name in names) else ""


def _numbered(found: list[Attempt]) -> list[Attempt]:
    """Return all attempts, of each student with different numbers; students of one name are told apart."""
    by_name: dict[str, set[str]] = defaultdict(set)
    for attempt in found:
        by_name[told(attempt.student)].add(attempt.ident)
    seen: dict[str, set[int]] = defaultdict(set)
    numbered = []
    for attempt in found:
        student = told(attempt.student)
        if len(by_name[student]) > 1:
            student = f"{student} ({attempt.ident or 'no id'})"
        number = attempt.number
        while number in seen[student]:
            number += 1
        seen[student].add(number)
        ident = told(attempt.ident) if attempt.ident else ""
        numbered.append(replace(attempt, student=student, ident=ident, number=number))
    return sorted(numbered, key=lambda attempt: (attempt.student, attempt.number))
