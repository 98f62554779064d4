"""The teacher's side of the wall: starts a worker, limits and kills it, checks every record it sends, builds the trace.

It never imports the student's side: what comes over the wall is data.  Only what starts a process is imported at once;
the rest is imported while that process starts.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

from .child import CAN_FORK, ForkServer, Launcher, Spawn

if TYPE_CHECKING:
    from pytest_asyncgrade.trace.protocol.limits import Limits

    from .confinement import HOW_TO_GET_IT, MODES, Isolation, why_not_strict
    from .run import Job, run_isolated
    from .submission_files import Rules, SubmissionFiles, folder_of, read_submission, reason_to_leave_behind

_LOADED_LATE = {
    "HOW_TO_GET_IT": "confinement", "MODES": "confinement", "Isolation": "confinement",
    "why_not_strict": "confinement", "SubmissionFiles": "submission_files", "Rules": "submission_files",
    "read_submission": "submission_files", "folder_of": "submission_files",
    "reason_to_leave_behind": "submission_files",
    "Job": "run", "Limits": "run", "run_isolated": "run",
}  # fmt: skip

__all__ = [
    "CAN_FORK", "HOW_TO_GET_IT", "MODES", "ForkServer", "Isolation", "Job", "Launcher", "Limits", "Rules", "Spawn",
    "SubmissionFiles", "folder_of", "read_submission", "reason_to_leave_behind", "run_isolated", "why_not_strict",
]  # fmt: skip


def __getattr__(name: str) -> object:
    if name in _LOADED_LATE:
        return getattr(import_module(f"{__name__}.{_LOADED_LATE[name]}"), name)
    msg = f"module {__name__!r} has no attribute {name!r}"
    raise AttributeError(msg)
