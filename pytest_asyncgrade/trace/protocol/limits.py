"""What a run may use up; an exercise can set other limits."""

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
    """Real time of the whole run, measured by the parent, in seconds."""
    cpu_seconds: int = 10
    """Processor time of each process, in seconds."""
    memory: int = 2_000_000_000
    """Address space of each process, in bytes."""
    file_size: int = 16_000_000
    """Size of each file written, in bytes."""
    open_files: int = 256
    """Open files of each process."""
    processes: int = 128
    """Processes and threads, in all."""
    output_lines: int = 10_000
    output_characters: int = 1_000_000
    records: int = 200_000
    """Lines, tasks and waits that are recorded, in all."""

    @classmethod
    def parse(cls, given: Mapping[str, Any], where: str) -> Limits:
        """Return limits with the values `given`; UsageError, which says `where`, for a value that cannot be."""
        return cls(**tables.read(given, {field.name: _key(field) for field in fields(cls)}, where))


def _key(field: Field[Any]) -> Key:
    if field.name == "wall_seconds":
        return Key(_is_positive, "give a number above 0", field.default)
    return Key(lambda value: type(value) is int and _is_positive(value), "give a whole number above 0", field.default)


def _is_positive(value: Any) -> bool:
    return type(value) in {int, float} and 0 < value < 1 << 50
