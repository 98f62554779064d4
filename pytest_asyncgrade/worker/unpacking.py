"""The files of a run: the submission, and files for the standard streams."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pytest_asyncgrade.trace.protocol.order import RunOrder

_STREAMS = ("stdin", "stdout", "stderr")
"""The standard streams, by their file descriptors."""


class RunFolder:
    """The private folder of one run."""

    def __init__(self, path: str) -> None:
        self.path = Path(path)
        self.submission = self.path / "submission"

    def unpack(self, order: RunOrder) -> None:
        """Write the files of a run."""
        files = {self.submission / name: data for name, data in order.files.items()}
        files |= {self.stream(fd): order.stdin if fd == 0 else b"" for fd in range(len(_STREAMS))}
        for folder in {path.parent for path in files}:
            folder.mkdir(parents=True, exist_ok=True)
        for path, data in files.items():
            path.write_bytes(data)

    def stream(self, fd: int) -> Path:
        """Return the file behind a standard stream."""
        return self.path / _STREAMS[fd]

    def redirect(self) -> None:
        """Make the standard streams' file descriptors those files: the pipes are elsewhere by now."""
        for fd in range(len(_STREAMS)):
            flags = os.O_RDONLY if fd == 0 else os.O_WRONLY | os.O_APPEND
            target = os.open(self.stream(fd), flags | getattr(os, "O_BINARY", 0))
            os.dup2(target, fd)
            os.close(target)
