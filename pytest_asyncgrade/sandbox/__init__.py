"""The teacher's side of the wall: starts a worker, limits and kills it, checks every record it sends, builds the trace.

Never imports the student's side: what comes over the wall is data.  A run is loaded when one is asked for, so that the
process for it can be begun before.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

from .child import CAN_FORK, Fresh, Launcher, Stem

if TYPE_CHECKING:
    from .confinement import HOW_TO_GET_IT, MODES, Isolation, why_not_strict
    from .limits import Limits
    from .parcel import Parcel, Rules, folder_of, pack, reason_to_leave_behind
    from .run import Job, run_isolated

_LOADED_LATE = {
    "HOW_TO_GET_IT": "confinement", "MODES": "confinement", "Isolation": "confinement",
    "why_not_strict": "confinement", "Limits": "limits", "Parcel": "parcel", "Rules": "parcel", "pack": "parcel",
    "folder_of": "parcel", "reason_to_leave_behind": "parcel",
    "Job": "run", "run_isolated": "run",
}  # fmt: skip

__all__ = [
    "CAN_FORK", "HOW_TO_GET_IT", "MODES", "Fresh", "Isolation", "Job", "Launcher", "Limits", "Parcel", "Rules", "Stem",
    "folder_of", "pack", "reason_to_leave_behind", "run_isolated", "why_not_strict",
]  # fmt: skip


def __getattr__(name: str) -> object:
    if name in _LOADED_LATE:
        return getattr(import_module(f"{__name__}.{_LOADED_LATE[name]}"), name)
    msg = f"module {__name__!r} has no attribute {name!r}"
    raise AttributeError(msg)
