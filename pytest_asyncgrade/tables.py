"""Reads tables of TOML as teachers write them, and refuses what cannot be: a table is described once, key by key."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, NoReturn

from .errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from pathlib import Path

REQUIRED: Final = object()
"""The default of a key that must be given."""


@dataclass(frozen=True, slots=True)
class Key:
    """One key of a table: which values it takes, what to write instead of another one, and its default."""

    takes: Callable[[Any], bool]
    advice: str
    default: Any = REQUIRED


def load(path: Path) -> dict[str, Any]:
    """Return the content of a TOML file; UsageError if it is not TOML."""
    import tomllib

    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except ValueError as error:  # TOMLDecodeError, UnicodeDecodeError
        msg = f"{path}: {error}"
        raise UsageError(msg) from None


def read(given: Mapping[str, Any], keys: Mapping[str, Key], where: str) -> dict[str, Any]:
    """Return the values of a table with the defaults of its keys.

    UsageError names `where` the table is, and what is unknown, wrong or missing in it.
    """
    for name, value in given.items():
        if name not in keys:
            refuse_name(name, where, listed(keys))
        if not keys[name].takes(value):
            refuse_value(name, value, where, keys[name].advice)
    for name, key in keys.items():
        if key.default is REQUIRED and name not in given:
            msg = f"{where}: {name} is missing"
            raise UsageError(msg)
    return {name: given.get(name, key.default) for name, key in keys.items()}


def refuse_name(name: str, where: str, there: str) -> NoReturn:
    """Raise UsageError for a key that a table does not have; `there` lists those it has."""
    msg = f"{where}: {name!r} is not known here; {there}"
    raise UsageError(msg)


def refuse_value(name: str, value: object, where: str, advice: str) -> NoReturn:
    """Raise UsageError for a value that a key does not take."""
    msg = f"{where}: {name} = {value!r}: {advice}"
    raise UsageError(msg)


def listed(names: Iterable[str]) -> str:
    """Return what there is, in words.

    >>> listed(["ignore"]), listed(["program", "include", "exclude"])
    ('there is ignore', 'there are program, include and exclude')
    """
    *others, last = names
    return f"there are {', '.join(others)} and {last}" if others else f"there is {last}"


def is_texts(value: object) -> bool:
    """Tell whether a value is a list of texts."""
    return type(value) is list and all(type(item) is str for item in value)
