"""The points of earlier gradings, kept in ``.asyncgrade/`` next to ``graders/``, each with the version it is of.

It is a cache: it can be deleted, and nothing in it counts for a grade.
"""

from __future__ import annotations

import json
from contextlib import suppress
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from pytest_asyncgrade.reports import phrases, write_whole

if TYPE_CHECKING:
    from pathlib import Path

    from pytest_asyncgrade.grading import Work
    from pytest_asyncgrade.grading.assignment import Version

_FORMAT = 1


@dataclass(frozen=True, slots=True)
class Result:
    """The points of one version of a program."""

    digest: str
    score: float
    max_score: int

    @property
    def is_complete(self) -> bool:
        """Whether all points are earned."""
        return self.score >= self.max_score


class Results:
    """The last result of each program of a course."""

    def __init__(self, course: Path) -> None:
        self._course = course
        self._file = course / ".asyncgrade" / "results.json"

    def of(self, version: Version) -> Result | None:
        """Return the last result of a program, which may be of another version of it; None if there is none."""
        match self._read().get(self._key(version.script)):
            case {"digest": str(digest), "score": int() | float() as score, "max_score": int(max_score)}:
                return Result(digest, score, max_score)
        return None

    def keep(self, version: Version, work: Work) -> None:
        """Keep a result, unless a check is broken; where nothing can be written, it is not kept."""
        if phrases.is_broken(work):
            return
        result = Result(version.digest, work.score, work.max_score)
        results = self._read() | {self._key(version.script): asdict(result)}
        with suppress(OSError):
            self._file.parent.mkdir(exist_ok=True)
            write_whole(self._file.with_name(".gitignore"), "*\n")
            write_whole(self._file, json.dumps({"format": _FORMAT, "results": results}, indent=1) + "\n")

    def _read(self) -> dict[str, Any]:
        """Return what is kept; nothing if it cannot be read, or another version of this package has written it."""
        with suppress(OSError, ValueError, KeyError, TypeError):
            kept = json.loads(self._file.read_text(encoding="utf-8"))
            if kept["format"] == _FORMAT:
                return dict(kept["results"])
        return {}

    def _key(self, script: Path) -> str:
        return (script.relative_to(self._course) if script.is_relative_to(self._course) else script).as_posix()


def points_of(version: Version, result: Result | None) -> str:
    """Return what is known of the points of a version, in a cell of a table: ``8 of 10``, ``-``."""
    if version.problem:
        return "no program"
    if result is None:
        return "-"
    points = f"{result.score:g} of {result.max_score}"
    return points if result.digest == version.digest else f"{points}, changed since"
