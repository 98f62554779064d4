"""Threads that live in real time while others are in virtual time: of a fixture, or left behind by a test before.

Nobody is deadlocked as long as one of them may still do something, and what an executor of theirs has been given to do
is outstanding work.
"""

from __future__ import annotations

import functools
import sys
import threading
from typing import TYPE_CHECKING, Any

from .real_time import is_tool
from .replacing import replace

if TYPE_CHECKING:
    from contextlib import ExitStack
    from types import FrameType

    from .threads import Threads

_POOLS = "concurrent.futures.thread"


def strangers_busy(threads: Threads) -> bool:
    """Tell whether a thread of the program's that lives in real time does, or may do, anything."""
    known = threads.members.keys() | threads.abandoned
    strangers = [one for one in threading.enumerate() if one.ident not in known and not _is_tools(one)]
    if not strangers:
        return False
    frames = sys._current_frames()
    return any(not _awaits_work(frames.get(one.ident or 0)) for one in strangers)


def _is_tools(thread: threading.Thread) -> bool:
    """Tell whether a thread is pytest's or that of a plugin; a timer of theirs is a timer of the library."""
    work: Any = getattr(thread, "function", None) or getattr(thread, "_target", None)
    return isinstance(thread, threading._DummyThread) or any(
        is_tool(getattr(one, "__module__", None)) for one in (work, type(thread))
    )


def _awaits_work(frame: FrameType | None) -> bool:
    """Tell whether a thread is a worker of an executor that waits to be given something to do."""
    while frame is not None:
        module, name = frame.f_globals.get("__name__"), frame.f_code.co_name
        if module == _POOLS:
            return name == "_worker"
        if module not in {"queue", "threading"} and not str(module).startswith("pytest_asyncgrade."):
            return False
        frame = frame.f_back
    return False


def count_jobs(threads: Threads, pools: Any, undo: ExitStack) -> None:
    """Count as outstanding what an executor is given to do that has workers in real time."""
    executor = pools.ThreadPoolExecutor
    stock = executor.submit

    @functools.wraps(stock)
    def submit(self: Any, fn: Any, /, *args: Any, **kwargs: Any) -> Any:
        future = stock(self, fn, *args, **kwargs)
        if threads.me() is not None and any(worker.ident not in threads.members for worker in self._threads):
            with threads.mutex:
                threads.outstanding += 1
            future.add_done_callback(threads.came)
        return future

    replace(executor, "submit", submit, undo)
