"""The results of a class in an SQLite database: what is done is kept, whatever happens next.

The schema is part of what is promised, see docs/classes.md; `_SCHEMA_VERSION` counts its changes.
"""

from __future__ import annotations

import json
import sqlite3
import zlib
from contextlib import closing, suppress
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from pytest_asyncgrade.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator
    from pathlib import Path

    from .plan import Unit

_SCHEMA_VERSION = 1
_SCHEMA = """
CREATE TABLE IF NOT EXISTS works (
    student TEXT NOT NULL,          -- the name as the platform gives it
    attempt INTEGER NOT NULL,       -- from 1
    exercise TEXT NOT NULL,
    ident TEXT NOT NULL,            -- the platform's number or login; empty if it has none
    folder TEXT NOT NULL,           -- the student's name in the names of files
    submitted TEXT,                 -- ISO 8601; NULL if it is not known
    is_late INTEGER NOT NULL,       -- 1 if the platform says so
    status TEXT NOT NULL,
    reason TEXT NOT NULL,
    score REAL NOT NULL,            -- as graded, before any rule of class.toml
    max_score REAL NOT NULL,
    lost TEXT NOT NULL,             -- JSON: [[check, points lost, why, visibility], ...]
    findings TEXT NOT NULL,         -- JSON: [[kind, message, line or null], ...]
    integrity TEXT NOT NULL,        -- JSON: [what is worth a look, ...]
    notes TEXT NOT NULL,            -- JSON: [text, ...]
    program TEXT NOT NULL,          -- SHA-256 of the program; empty if it is missing
    digest TEXT NOT NULL,           -- SHA-256 of all that the grade depends on
    graded_at TEXT NOT NULL,        -- ISO 8601
    work BLOB,                      -- the whole work, compressed; for feedback
    PRIMARY KEY (student, attempt, exercise)
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS feedback (   -- what the pages for students were made of
    student TEXT PRIMARY KEY,
    digest TEXT NOT NULL
) WITHOUT ROWID;
"""
_COLUMNS = ("student", "attempt", "exercise", "ident", "folder", "submitted", "is_late", "status", "reason", "score",
            "max_score", "lost", "findings", "integrity", "notes", "program", "digest", "graded_at",
            "work")  # fmt: skip
_SHOWN = _COLUMNS[:-1]


@dataclass(frozen=True, slots=True)
class Row:
    """One row of the table: a student's attempt at an exercise, as it was graded."""

    student: str
    attempt: int
    exercise: str
    ident: str
    folder: str
    submitted: datetime | None
    is_late: bool
    status: str
    reason: str
    score: float
    max_score: float
    lost: tuple[tuple[str, float, str, str], ...]
    findings: tuple[tuple[str, str, int | None], ...]
    integrity: tuple[str, ...]
    notes: tuple[str, ...]
    program: str
    digest: str
    graded_at: str

    @property
    def key(self) -> tuple[str, int, str]:
        """What tells it from all other rows."""
        return self.student, self.attempt, self.exercise


class Index:
    """The database of a folder of results."""

    def __init__(self, path: Path) -> None:
        try:
            self._database = sqlite3.connect(path, isolation_level=None)
            self._database.execute("PRAGMA journal_mode=WAL")
            self._database.execute("PRAGMA synchronous=NORMAL")
            (version,) = self._database.execute("PRAGMA user_version").fetchone()
            if version not in {0, _SCHEMA_VERSION}:
                msg = f"{path}: another version of asyncgrade has made it ({version}); choose another --out"
                raise UsageError(msg)
            self._database.executescript(_SCHEMA)
            self._database.execute(f"PRAGMA user_version={_SCHEMA_VERSION}")
        except sqlite3.Error as error:
            msg = f"{path}: {error}; choose another --out, or delete this file to grade all anew"
            raise UsageError(msg) from None

    def close(self) -> None:
        """Close the database, all in one file."""
        with suppress(sqlite3.Error):  # on a full disk; the log is read the next time
            self._database.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        self._database.close()

    def digests(self) -> dict[tuple[str, int, str], str]:
        """Return the digests of all works, by their keys."""
        found = self._database.execute("SELECT student, attempt, exercise, digest FROM works")
        return {(student, attempt, exercise): digest for student, attempt, exercise, digest in found}

    def put_all(self, rows: Iterable[tuple[Row, str | None]]) -> None:
        """Keep rows and the works that they are of: all of it or nothing."""
        marks = ", ".join("?" * len(_COLUMNS))
        self._database.execute("BEGIN IMMEDIATE")
        with self._database:
            self._database.executemany(f"INSERT OR REPLACE INTO works VALUES ({marks})", map(_values, rows))  # noqa: S608  # marks only

    def forget_others(self, units: Iterable[Unit], exercises: Collection[str]) -> None:
        """Delete the rows of works on these exercises that are not handed in any more."""
        there = {unit.key for unit in units}
        gone = [key for key in self.digests() if key[-1] in exercises and key not in there]
        with self._database:
            self._database.executemany("DELETE FROM works WHERE student=? AND attempt=? AND exercise=?", gone)

    def refresh(self, unit: Unit) -> None:
        """Bring up to date what a platform says of a work whose grade is kept."""
        attempt = unit.attempt
        submitted = attempt.submitted.isoformat() if attempt.submitted else None
        self._database.execute(
            "UPDATE works SET ident=?, folder=?, submitted=?, is_late=?, notes=? "
            "WHERE student=? AND attempt=? AND exercise=?",
            (attempt.ident, unit.folder, submitted, attempt.is_late, json.dumps(unit.notes), *unit.key),
        )

    def rows(self) -> Iterator[Row]:
        """Yield all rows, in the order of students, exercises and attempts."""
        with closing(self._database.cursor()) as cursor:
            cursor.execute(f"SELECT {', '.join(_SHOWN)} FROM works ORDER BY student, exercise, attempt")  # noqa: S608  # our columns
            for values in cursor:
                yield _row(dict(zip(_SHOWN, values, strict=True)))

    def feedback(self) -> dict[str, str]:
        """Return the digests of the pages that were written, by student."""
        return dict(self._database.execute("SELECT student, digest FROM feedback"))

    def put_feedback(self, student: str, digest: str) -> None:
        """Keep the digest of a page that was written."""
        self._database.execute("INSERT OR REPLACE INTO feedback VALUES (?, ?)", (student, digest))

    def works(self, student: str) -> dict[tuple[int, str], str]:
        """Return the whole works of a student, by attempt and exercise."""
        found = self._database.execute("SELECT attempt, exercise, work FROM works WHERE student=?", (student,))
        return {
            (attempt, exercise): zlib.decompress(work).decode("ascii")
            for attempt, exercise, work in found
            if work is not None
        }


def _values(kept: tuple[Row, str | None]) -> list[Any]:
    row, work = kept
    values = {name: getattr(row, name) for name in _SHOWN}
    values["submitted"] = row.submitted.isoformat() if row.submitted else None
    for name in ("lost", "findings", "integrity", "notes"):
        values[name] = json.dumps(values[name])
    return [*values.values(), None if work is None else zlib.compress(work.encode("ascii"), 6)]


def _row(values: dict[str, Any]) -> Row:
    for name in ("lost", "findings"):
        values[name] = tuple(map(tuple, json.loads(values[name])))
    for name in ("integrity", "notes"):
        values[name] = tuple(json.loads(values[name]))
    submitted = values["submitted"]
    values |= {"submitted": submitted and datetime.fromisoformat(submitted), "is_late": bool(values["is_late"])}
    return Row(**values)
