"""What a finder says of a run: the registry makes a finding of it, with the finder's kind."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pytest_asyncgrade.trace.model import Place


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """What happened, the way out, and the student's line, if there is one."""

    message: str
    advice: str
    place: Place | None = None
