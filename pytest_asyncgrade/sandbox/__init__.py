"""The teacher's side of the wall: starts a worker, limits and kills it, checks every record it sends, builds the trace.

Never imports the student's side: what comes over the wall is data.  A run is loaded when one is asked for, so that the
process for it can be begun before.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from .child import CAN_FORK, Fresh, Launcher, Stem

if TYPE_CHECKING:
    from .run import DEFAULT_TIMEOUT, Job, run_isolated

__all__ = ["CAN_FORK", "DEFAULT_TIMEOUT", "Fresh", "Job", "Launcher", "Stem", "run_isolated"]


def __getattr__(name: str) -> object:
    if name in __all__:
        from . import run

        return getattr(run, name)
    msg = f"module {__name__!r} has no attribute {name!r}"
    raise AttributeError(msg)
