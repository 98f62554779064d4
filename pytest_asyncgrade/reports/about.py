"""What a format may know besides the grade.  It is gathered elsewhere, so that formats are pure functions."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from pytest_asyncgrade.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import PurePath

GRADEBOOKS = ("plain", "canvas", "moodle")


@dataclass(frozen=True, slots=True)
class About:
    """The surroundings of a grade."""

    environ: Mapping[str, str] = field(default_factory=dict)
    """The environment variables, in which a platform says what is graded, and for whom."""
    gradebook: str = "plain"
    """The reader of the ``csv`` format, one of `GRADEBOOKS`."""
    root: PurePath | None = None
    """The root of the repository, to which paths are relative; None if there is none."""
    now: datetime = datetime(1970, 1, 1, tzinfo=UTC)
    """The time of the report, local to where it is written."""
    max_score: int | None = None
    """The maximum to scale to instead of the sum of the checks' points, for ``classroom50``, ``csv`` and ``vpl``."""
    notes: tuple[str, ...] = ()
    """What else to tell a student, for ``html`` and ``markdown``: what the rules of a class did to the points."""

    def check_max_score(self) -> None:
        """Raise UsageError if the maximum is below 1."""
        if self.max_score is not None and self.max_score < 1:
            msg = f"--grade-max-score {self.max_score}: give a whole number of points, 1 or more"
            raise UsageError(msg)
