"""Threads that live in real time while others are in virtual time: of a fixture, or left behind by an earlier test.

The program is not deadlocked as long as one of them may still do something.
"""

from __future__ import annotations

import sys
import threading
from typing import TYPE_CHECKING, Any

from pytest_asyncgrade.virtualtime.real_time import is_tool

if TYPE_CHECKING:
    from collections.abc import Container
    from types import FrameType

POOLS = "concurrent.futures.thread"
"""The module of thread pools, whose workers merely wait while they have no job."""

_ABANDONED = "_asyncgrade_abandoned"


def abandon(ident: int) -> None:
    """Mark a thread of a deadlock that has been reported: it is about to end, and will wake nobody."""
    thread = threading._active.get(ident)  # type: ignore[attr-defined]  # 3.11-3.14; `enumerate` would take its lock
    if thread is not None:
        setattr(thread, _ABANDONED, True)


def any_busy(members: Container[int]) -> bool:
    """Tell whether a thread that is no member of virtual time does anything, or may do so."""
    strangers = [one for one in threading.enumerate() if one.ident not in members and not _is_left_out(one)]
    if not strangers:
        return False
    frames = sys._current_frames()
    return any(not _awaits_work(frames.get(one.ident or 0)) for one in strangers)


def _is_left_out(thread: threading.Thread) -> bool:
    """Tell whether a thread is abandoned, pytest's, or of a plugin; a timer of theirs is a timer of `threading`."""
    work: Any = getattr(thread, "function", None) or getattr(thread, "_target", None)
    return (
        isinstance(thread, threading._DummyThread)
        or hasattr(thread, _ABANDONED)
        or any(is_tool(getattr(one, "__module__", None)) for one in (work, type(thread)))
    )


def _awaits_work(frame: FrameType | None) -> bool:
    """Tell whether a thread is a worker of a thread pool that has no job."""
    while frame is not None:
        module, name = frame.f_globals.get("__name__"), frame.f_code.co_name
        if module == POOLS:
            return name == "_worker"
        if module not in {"queue", "threading"} and not str(module).startswith("pytest_asyncgrade."):
            return False
        frame = frame.f_back
    return False
