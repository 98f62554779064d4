"""Which files are the student's, and on which of their lines a program is."""

from __future__ import annotations

import linecache
import os
import re
import traceback
from typing import TYPE_CHECKING

from pytest_asyncgrade.trace.output import Place

if TYPE_CHECKING:
    from types import CodeType, FrameType, TracebackType

MAX_DEPTH = 100
"""Most frames that are searched for the student's line."""
_MAX_KNOWN = 5_000
"""Most code objects whose lines are remembered."""


class _Names(dict[str, str | None]):
    """The names of files, each found out once."""

    def __init__(self, folder: str, known: dict[str, str]) -> None:
        super().__init__(known)
        self._folder = folder

    def __missing__(self, filename: str) -> str | None:
        inside = filename.startswith(self._folder)
        name = self[filename] = filename[len(self._folder) :].replace(os.sep, "/") if inside else None
        return name


class SourceFiles:
    """The student's files: all in `folder` (a path that ends in a separator), and the `script` by the name it is given.

    `path` is the absolute path of the script, if that is not the folder's file of that name.
    """

    def __init__(self, folder: str = f"{os.devnull}{os.sep}", script: str = "", path: str = "") -> None:
        self.lie_in(folder, script, path)
        self._known: dict[int, dict[int, Place] | None] = {}
        """By the `id` of a code object its lines, by instruction; None if the code is not the student's.

        Nearly every record has a line, and the number of a line takes long to find out.
        """
        self._alive: list[CodeType] = []
        """The code objects whose `id` is known, so that no other object gets it."""

    def lie_in(self, folder: str, script: str, path: str = "") -> None:
        """Say where the files are, before the first of them is looked at."""
        self.script = script
        self._names = _Names(folder, {path or folder + script: script})

    def name(self, filename: str) -> str | None:
        """Return the name of a file relative to the submission's folder, None if it is not in there."""
        return self._names[filename]

    def running(self, frame: FrameType | None) -> Place | None:
        """Return the innermost of the student's lines that are running, from a frame outwards."""
        known = self._known
        for _ in range(MAX_DEPTH):
            if frame is None:
                return None
            code = frame.f_code
            try:
                places = known[id(code)]
            except KeyError:
                places = self._learn(code)
            if places is not None:
                at = frame.f_lasti
                if (place := places.get(at)) is None:
                    place = places[at] = Place(self._names[code.co_filename] or "", frame.f_lineno, code.co_qualname)
                return place
            frame = frame.f_back
        return None

    def _learn(self, code: CodeType) -> dict[int, Place] | None:
        places: dict[int, Place] | None = {} if self._names[code.co_filename] else None
        if len(self._alive) < _MAX_KNOWN:
            self._alive.append(code)
            self._known[id(code)] = places
        return places

    def traceback_of(self, error: BaseException) -> str:
        """Return a traceback as Python prints it, with the frames of the student's files only."""
        report = traceback.TracebackException.from_exception(error)
        queue = [report]
        while queue:
            part = queue.pop()
            kept = [frame for frame in part.stack if self._names[frame.filename]]
            for frame in kept:
                frame.filename = self._names[frame.filename] or frame.filename
            part.stack = traceback.StackSummary.from_list(kept) if kept else None  # type: ignore[assignment]  # no heading then
            queue += [other for other in (part.__cause__, part.__context__) if other is not None]
            queue += part.exceptions or []
        return "".join(report.format())

    def awaits_cancelled(self, error: BaseException) -> Place | None:
        """Return the student's line that awaits a task whose CancelledError it gets; not a line of that task."""
        frames = [frame for frame in traceback.extract_tb(error.__traceback__) if self._names[frame.filename]]
        last = None
        for frame in frames:
            if last is not None and not (frame.name.startswith("__") or re.search(rf"\b{frame.name}\b", _code(last))):
                break
            last = frame
        return Place(self._names[last.filename] or "", last.lineno or 0, last.name) if last else None

    def raised(self, tb: TracebackType | None) -> Place | None:
        """Return the innermost of the student's lines in a traceback."""
        place: Place | None = None
        while tb is not None:
            code = tb.tb_frame.f_code
            if filename := self._names[code.co_filename]:
                place = Place(filename, tb.tb_lineno, code.co_qualname)
            tb = tb.tb_next
        return place


def _code(frame: traceback.FrameSummary) -> str:
    """Return the lines of the statement that a frame is on."""
    first = frame.lineno or 0
    return "".join(linecache.getline(frame.filename, line) for line in range(first, (frame.end_lineno or first) + 1))
