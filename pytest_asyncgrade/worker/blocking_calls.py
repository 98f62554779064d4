"""Which call of the student's blocked its thread, by the frames between the student's line and the wait."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from pytest_asyncgrade.trace.model import WaitsFor
from pytest_asyncgrade.virtualtime.patches import processes, sockets

from .source_locations import MAX_DEPTH

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import FrameType

_PACKAGE = __name__.partition(".")[0]
_OUTSIDE = frozenset({sockets.__name__, processes.__name__})
"""Modules of ours that wait for another program."""
_WAITING = frozenset({"threading", "queue", "subprocess", "socket", "ssl", "select", "selectors", "concurrent",
                      "multiprocessing", "http", "urllib", "socketserver", "sched", "asyncio"})  # fmt: skip
"""Modules of Python's whose functions are meant to wait."""
_STANDS_FOR = {
    "VirtualLock.acquire": "Lock.acquire", "VirtualLock.__enter__": "Lock.acquire",
    "VirtualSimpleQueue.get": "SimpleQueue.get",
}  # fmt: skip
"""What our own classes stand for; a function of ours that replaces a method has that method's name in its code."""
_WAITS_FOR = {
    "time": WaitsFor.BLOCKING_SLEEP, "subprocess": WaitsFor.BLOCKING_PROCESS, "Popen": WaitsFor.BLOCKING_PROCESS,
    "socket": WaitsFor.BLOCKING_SOCKET, "Queue": WaitsFor.BLOCKING_QUEUE, "Lock": WaitsFor.BLOCKING_LOCK,
    "Event": WaitsFor.BLOCKING_EVENT, "Future": WaitsFor.BLOCKING_FUTURE,
}  # fmt: skip
"""What a call waits for, by its class or else its module."""


class BlockingCall(NamedTuple):
    """A function of a library, by the name that a student knows: ``subprocess.run``, ``Queue.get``."""

    what: str
    waits_for: WaitsFor


TIME_SLEEP = BlockingCall("time.sleep", WaitsFor.BLOCKING_SLEEP)


def blocking_call(frame: FrameType | None, name: Callable[[str], str | None]) -> BlockingCall | None:
    """Return the library's function that the student's line called; `name` tells whether a file is the student's.

    None if that function is not meant to wait: a library that finds one of its own locks held for a moment is not the
    student's mistake.
    """
    called: FrameType | None = None
    outside = False
    for _ in range(MAX_DEPTH):
        if frame is None or name(frame.f_code.co_filename) is not None:
            break
        called = frame
        outside = outside or _module(frame) in _OUTSIDE
        frame = frame.f_back
    if called is None:
        return None
    module, qualname = _module(called), called.f_code.co_qualname
    top = module.partition(".")[0]
    if top == _PACKAGE:
        return _named("", _STANDS_FOR.get(qualname, qualname))
    return _named(module, qualname) if outside or top in _WAITING else None


def _module(frame: FrameType) -> str:
    return str(frame.f_globals.get("__name__", ""))


def _named(module: str, qualname: str) -> BlockingCall:
    owner, dot, _ = qualname.partition(".")
    waits_for = _WAITS_FOR.get(owner if dot else module, WaitsFor.BLOCKING_LIBRARY)
    return BlockingCall(qualname if dot or not module else f"{module}.{qualname}", waits_for)
