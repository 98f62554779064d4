"""Tells the parent of what leads a program to what runs it, before it happens."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pytest_asyncgrade.trace.protocol.records import InsideReached, encode

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import FrameType

    from pytest_asyncgrade.trace.output import Place
    from pytest_asyncgrade.trace.protocol.records import Row

    from .source_locations import SourceFiles

_MOST = 20
"""Most records of a run."""


class Reaching:
    """Called with an audit event and the frame that causes it: records it, once for each line of the student's.

    What the standard library does for the program is not meant, but code that it has put together itself is.
    """

    def __init__(self, write: Callable[[Row], None], files: SourceFiles) -> None:
        self._write = write
        self._place, self._name = files.running, files.name
        self._known: set[tuple[str, Place | None]] = set()

    def __call__(self, event: str, frame: FrameType) -> None:
        """Record it, if it is the program's doing."""
        filename = frame.f_code.co_filename
        if self._name(filename) is None and (not filename.startswith("<") or filename.startswith("<frozen ")):
            return
        place = self._place(frame)
        if (event, place) not in self._known and len(self._known) < _MOST:
            self._known.add((event, place))
            self._write(encode(InsideReached(event, place)))
