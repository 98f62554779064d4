"""pytest-asyncgrade: grades asyncio exercises in virtual time.

This is what a grader file imports: matchers for a trace, and virtual time for code of one's own.  Names are loaded when
they are asked for, so that the plugin costs a project nothing that does not grade.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .errors import AsyncgradeError, UsageError
    from .grading import Submission
    from .trace import (
        Finding,
        Line,
        Outcome,
        Output,
        Seconds,
        Trace,
        UnfinishedRunError,
        at,
        contains,
        exactly,
        in_any_order,
        in_order,
        lines,
    )
    from .virtualtime import DeadlockError, VirtualClock, VirtualTimeLoop, virtual_time

_HOMES = {
    "AsyncgradeError": "errors", "UsageError": "errors", "Submission": "grading",
    "Finding": "trace", "Line": "trace", "Outcome": "trace", "Output": "trace", "Seconds": "trace", "Trace": "trace",
    "UnfinishedRunError": "trace", "at": "trace", "contains": "trace", "exactly": "trace", "in_any_order": "trace",
    "in_order": "trace", "lines": "trace",
    "DeadlockError": "virtualtime", "VirtualClock": "virtualtime", "VirtualTimeLoop": "virtualtime",
    "virtual_time": "virtualtime",
}  # fmt: skip

__all__ = [
    "AsyncgradeError", "DeadlockError", "Finding", "Line", "Outcome", "Output", "Seconds", "Submission",
    "Trace", "UnfinishedRunError", "UsageError", "VirtualClock", "VirtualTimeLoop", "at", "contains", "exactly",
    "in_any_order", "in_order", "lines", "virtual_time",
]  # fmt: skip


def __getattr__(name: str) -> object:
    home = _HOMES.get(name)
    if home is None:
        msg = f"module {__name__!r} has no attribute {name!r}"
        raise AttributeError(msg)
    from importlib import import_module

    return getattr(import_module(f".{home}", __name__), name)


def __dir__() -> list[str]:
    return __all__
