"""What a run may use up; an exercise can say otherwise."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Any

from pytest_asyncgrade.errors import UsageError

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
        known = {field.name: field.default for field in fields(cls)}
        for name, value in given.items():
            if name not in known:
                msg = f"{where}: there is no limit {name!r}; choose from {', '.join(known)}"
                raise UsageError(msg)
            kinds = (int, float) if name == "wall_seconds" else (int,)
            if type(value) not in kinds or not 0 < value < 1 << 50:
                msg = f"{where}: {name} = {value!r}: give a {'' if float in kinds else 'whole '}number above 0"
                raise UsageError(msg)
        return cls(**given)
