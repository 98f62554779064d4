"""What ``exercise.toml`` in a grader's folder may say, table by table."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Any

from pytest_asyncgrade import tables
from pytest_asyncgrade.errors import UsageError
from pytest_asyncgrade.sandbox import Limits, Rules
from pytest_asyncgrade.tables import Key
from pytest_asyncgrade.trace import KINDS

from .forgery import CODES

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

FILENAME = "exercise.toml"
_TABLES = ("limits", "files", "findings", "integrity", "equivalent", "hidden")


@dataclass(frozen=True, slots=True)
class HiddenChecks:
    """Checks that a teacher keeps: what ``[hidden]`` says of them.

    Someone who has the grader without `files` grades what is left, and is told that `points` are in checks they do not
    see.
    """

    files: tuple[str, ...] = ()
    points: int = 0

    @classmethod
    def parse(cls, given: Mapping[str, Any], where: str) -> HiddenChecks:
        """Return what the table says; UsageError if that cannot be."""
        table = tables.read(given, _HIDDEN, where)
        files, points = tuple(table["files"]), table["points"]
        if points < bool(files):
            tables.refuse_value("points", points, where, _HIDDEN["points"].advice)
        return cls(files, points)

    def withheld_from(self, folder: Path) -> int:
        """Return the points of these checks if `folder` is without them; UsageError if only some are there."""
        missing = [name for name in self.files if not (folder / name).is_file()]
        if missing and len(missing) < len(self.files):
            msg = (
                f"{folder / FILENAME}, [hidden]: there is no {', '.join(missing)} beside it, and other hidden files "
                "are there: keep all of them, or give all away"
            )
            raise UsageError(msg)
        return self.points if missing else 0


def _are_graders(value: object) -> bool:
    return tables.is_texts(value) and all(map(_is_grader, value))  # type: ignore[call-overload]  # it is a list of texts


def _is_grader(name: str) -> bool:
    return name.startswith("test_") and name.endswith(".py") and "/" not in name


def _is_program(value: object) -> bool:
    """Tell whether a value is the path of a program in a submission."""
    is_path = type(value) is str and value.endswith(".py") and "\\" not in value
    parts = PurePosixPath(value).parts if is_path else ()  # type: ignore[arg-type]  # it is a text
    return bool(parts) and not {"..", "/"} & {*parts}


_HIDDEN = {
    "files": Key(_are_graders, 'give a list of files beside it, as in ["test_naps_hidden.py"]', ()),
    "points": Key(
        lambda value: type(value) is int and value >= 0,
        "give the points of the checks in those files, a whole number",
        0,
    ),
}
_PATTERNS = Key(tables.is_texts, 'give a list of patterns, as in ["*.csv", "data/*"]', ())
_FILES = {
    "program": Key(_is_program, 'give the path of a file in the submission, as in "app/main.py"', ""),
    "include": _PATTERNS,
    "exclude": _PATTERNS,
}
_FINDINGS = {
    "ignore": Key(
        lambda value: tables.is_texts(value) and {*value} <= {*KINDS},
        f"give a list of kinds out of {', '.join(KINDS)}",
        (),
    )
}

_INTEGRITY = {
    "allow": Key(
        lambda value: tables.is_texts(value) and {*value} <= {*CODES},
        f"give a list of codes out of {', '.join(CODES)}",
        (),
    )
}


def read_settings(path: Path) -> dict[str, Any]:
    """Return what an ``exercise.toml`` says, by the fields of `Exercise`; empty if there is no such file."""
    if not path.is_file():
        return {}
    given = tables.load(path)
    for name, table in given.items():
        if name not in _TABLES or not isinstance(table, dict):
            there = ", ".join(f"[{one}]" for one in _TABLES)
            tables.refuse_name(name, str(path), f"there are the tables {there}")
    equivalents = given.get("equivalent", {})
    if not all(type(reason) is str and reason for reason in equivalents.values()):
        msg = f"{path}, [equivalent]: give a reason for each mutant, as a text"
        raise UsageError(msg)
    files = tables.read(given.get("files", {}), _FILES, f"{path}, [files]")
    findings = tables.read(given.get("findings", {}), _FINDINGS, f"{path}, [findings]")
    integrity = tables.read(given.get("integrity", {}), _INTEGRITY, f"{path}, [integrity]")
    return {
        "program": "/".join(PurePosixPath(files["program"]).parts),
        "limits": Limits.parse(given.get("limits", {}), f"{path}, [limits]"),
        "rules": Rules(tuple(files["include"]), tuple(files["exclude"])),
        "ignored": frozenset(findings["ignore"]),
        "allowed": frozenset(integrity["allow"]),
        "equivalents": equivalents,
        "hidden": HiddenChecks.parse(given.get("hidden", {}), f"{path}, [hidden]"),
    }
