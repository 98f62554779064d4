"""Which files are the student's, and where in them a program is."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from types import FrameType

MAX_DEPTH = 100
"""How many frames up the student's line is looked for."""

MAX_CHAIN = 6
"""How many of the student's lines are told of one wait."""


@dataclass(frozen=True, slots=True)
class Places:
    """The student's files: all in `folder` (a path that ends in a separator), and the `script` as it is called."""

    folder: str
    script: str

    def name(self, filename: str) -> str | None:
        """Return the name of a file relative to the submission's folder, None if it is not in there."""
        if filename == self.script:
            return filename
        if filename.startswith(self.folder):
            return Path(filename).relative_to(self.folder).as_posix()
        return None

    def chain(self, frame: FrameType | None) -> list[list[object]]:
        """Return the lines of the student's functions that are running, innermost first, a few of them."""
        found: list[list[object]] = []
        for _ in range(MAX_DEPTH):
            if frame is None or len(found) == MAX_CHAIN:
                break
            code = frame.f_code
            if code.co_name != "<module>" and (filename := self.name(code.co_filename)):
                found.append([filename, frame.f_lineno, code.co_qualname])
            frame = frame.f_back
        return found

    def place(self, frame: FrameType | None) -> list[object] | None:
        """Return the student's line that is running: [file, line number, function]."""
        for _ in range(MAX_DEPTH):
            if frame is None:
                return None
            if filename := self.name(frame.f_code.co_filename):
                return [filename, frame.f_lineno, frame.f_code.co_qualname]
            frame = frame.f_back
        return None
