"""What a run may use up; an exercise can say otherwise."""

from __future__ import annotations

from dataclasses import Field, dataclass, fields
from typing import TYPE_CHECKING, Any

from pytest_asyncgrade import tables
from pytest_asyncgrade.tables import Key

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True, slots=True)
class Limits:
    """The limits of one run.  Where the platform cannot enforce one, the others still hold."""

    wall_seconds: float = 10.0
    """Real seconds, from outside, on all processes of the run."""
    cpu_seconds: int = 10
    """Of each process."""
    memory: int = 2_000_000_000
    """Address space of each process, in bytes."""
    file_size: int = 16_000_000
    """Of each file written, in bytes."""
    open_files: int = 256
    """Of each process."""
    processes: int = 128
    """Processes and threads, all together."""
    output_lines: int = 10_000
    output_characters: int = 1_000_000
    records: int = 200_000
    """Of what is recorded: lines, tasks, waits."""

    @classmethod
    def parse(cls, given: Mapping[str, Any], where: str) -> Limits:
        """Return limits with the values `given`; UsageError, with `where` they were given, if one cannot be."""
        return cls(**tables.read(given, {field.name: _key(field) for field in fields(cls)}, where))


def _key(field: Field[Any]) -> Key:
    if field.name == "wall_seconds":
        return Key(_is_positive, "give a number above 0", field.default)
    return Key(lambda value: type(value) is int and _is_positive(value), "give a whole number above 0", field.default)


def _is_positive(value: Any) -> bool:
    return type(value) in {int, float} and 0 < value < 1 << 50
