"""Which files are the student's, and where in them a program is."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import FrameType, TracebackType

MAX_DEPTH = 100
"""How many frames up the student's line is looked for."""

MAX_CHAIN = 6
"""How many of the student's lines are told of one wait."""


class _Names(dict[str, str | None]):
    """The names of files, each found out once."""

    def __init__(self, folder: str, known: dict[str, str]) -> None:
        super().__init__(known)
        self._folder = folder

    def __missing__(self, filename: str) -> str | None:
        inside = filename.startswith(self._folder)
        name = self[filename] = filename[len(self._folder) :].replace(os.sep, "/") if inside else None
        return name


class Places:
    """The student's files: all in `folder` (a path that ends in a separator), and the `script` as it is called.

    `path` is the absolute path of the script, if that is not the folder's file of that name.
    """

    def __init__(self, folder: str, script: str, path: str = "") -> None:
        self.script = script
        self._names = _Names(folder, {path or folder + script: script})

    def name(self, filename: str) -> str | None:
        """Return the name of a file relative to the submission's folder, None if it is not in there."""
        return self._names[filename]

    def place(self, frame: FrameType | None) -> list[object] | None:
        """Return the student's line that is running: [file, line number, function]."""
        names = self._names
        for _ in range(MAX_DEPTH):
            if frame is None:
                return None
            if filename := names[frame.f_code.co_filename]:
                return [filename, frame.f_lineno, frame.f_code.co_qualname]
            frame = frame.f_back
        return None

    def raised(self, tb: TracebackType | None) -> list[object] | None:
        """Return the innermost line of the student's in a traceback."""
        place: list[object] | None = None
        while tb is not None:
            if filename := self._names[tb.tb_frame.f_code.co_filename]:
                place = [filename, tb.tb_lineno, tb.tb_frame.f_code.co_qualname]
            tb = tb.tb_next
        return place


_HERE = __name__.partition(".")[0]
_OUTSIDE = (".sockets", ".children")
"""Modules of ours that wait for another program."""
_WAITING = frozenset({"threading", "queue", "subprocess", "socket", "ssl", "select", "selectors", "concurrent",
                      "multiprocessing", "http", "urllib", "socketserver", "sched", "asyncio"})  # fmt: skip
"""Modules of Python's whose functions are made to wait."""
_STANDS_FOR = {"acquire": "Lock.acquire", "__enter__": "Lock.acquire", "join": "Thread.join"}
"""What functions of ours are called in place of, if they do not hold it themselves, as `stock`."""


def is_ours(frame: FrameType) -> bool:
    """Tell whether a frame is of this package."""
    return str(frame.f_globals.get("__name__", "")).partition(".")[0] == _HERE


def called(frame: FrameType | None, name: Callable[[str], str | None]) -> str:
    """Return the name of the library's function that the student's line has called: ``subprocess.run``, ``Queue.get``.

    `name` tells of a file whether it is the student's.  Empty if that function is not made to wait: that a library
    finds one of its locks taken for a moment is not the student's doing.
    """
    theirs = ours = None
    outside = False
    for _ in range(MAX_DEPTH):
        if frame is None or name(frame.f_code.co_filename) is not None:
            break
        if is_ours(frame):
            ours = frame
            outside = outside or frame.f_globals["__name__"].endswith(_OUTSIDE)
        else:
            theirs = frame
        frame = frame.f_back
    if theirs is not None:
        if not outside and theirs.f_globals.get("__name__", "").partition(".")[0] not in _WAITING:
            return ""
        function = theirs.f_code.co_qualname
        return function if "." in function else f"{theirs.f_globals.get('__name__')}.{function}"
    return _replaced(ours) if ours is not None else ""


def _replaced(frame: FrameType) -> str:
    """Return the name of the library's function that one of ours was called in place of."""
    stock = frame.f_locals.get("stock")
    name = frame.f_code.co_name
    return _STANDS_FOR.get(name, name) if stock is None else getattr(stock, "__qualname__", name)
