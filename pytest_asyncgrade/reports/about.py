"""What a format may know besides the grade, gathered by whoever writes reports, so that formats are pure functions."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import PurePath

GRADEBOOKS = ("plain", "canvas", "moodle")


@dataclass(frozen=True, slots=True)
class About:
    """The surroundings of a grade."""

    environ: Mapping[str, str] = field(default_factory=dict)
    """The variables in which a platform says what is graded, and for whom."""
    gradebook: str = "plain"
    """One of `GRADEBOOKS`: who reads the ``csv`` format."""
    root: PurePath | None = None
    """The root of the repository, which a platform takes paths from; None if there is none."""
    now: datetime = datetime(1970, 1, 1, tzinfo=UTC)
    """The moment of the report, in the local time of where it is made."""
    max_score: int | None = None
    """The maximum that is wanted instead of the sum of the checks' points: ``classroom50`` and ``csv`` can have one."""
