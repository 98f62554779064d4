"""One attempt of a student, and the files in it."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import datetime
    from pathlib import Path

NOISE = re.compile(r"__MACOSX|__pycache__|Thumbs\.db|desktop\.ini|\..*")
"""Names that operating systems and tools leave in folders."""
ONLINE_TEXT = "onlinetext"


@dataclass(frozen=True, slots=True)
class Attempt:
    """What one student handed in at one time: files, folders and archives, and what the platform says of them."""

    student: str
    parts: tuple[tuple[str, Path], ...] = ()
    """Names and where the files or folders are; an empty name is a folder whose content counts."""
    ident: str = ""
    """The number or login by which the platform knows the student."""
    number: int = 1
    submitted: datetime | None = None
    is_late: bool = False
    """Whether the platform says that it is late, even if it does not say by how much."""
    commit: str = ""
    """The commit of a clone, if one is named."""
    problem: str = ""
    """Why nothing of it can be read."""


@dataclass(slots=True)
class Collected:
    """The files of an attempt, by their names."""

    files: dict[str, bytes] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)
    """What was not taken, or was changed, by name."""
    problem: str = ""
