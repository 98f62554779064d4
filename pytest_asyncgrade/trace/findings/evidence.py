"""What findings look at."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from pytest_asyncgrade.trace.model import Outcome, Raised, Recording


class Evidence(Protocol):
    """What findings look at: how a run ended, what was recorded, and the student's script."""

    @property
    def outcome(self) -> Outcome:
        """How the run ended."""

    @property
    def partial(self) -> Recording:
        """What was recorded up to the end."""

    @property
    def exception(self) -> Raised | None:
        """The exception that ended the program."""

    @property
    def script(self) -> str:
        """The name of the script, as places have it."""

    @property
    def source(self) -> tuple[str, ...]:
        """The lines of the script."""
