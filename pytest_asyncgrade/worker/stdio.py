"""What a recorded program has for ``sys.stdout`` and ``sys.stderr``."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, BinaryIO

if TYPE_CHECKING:
    from collections.abc import Callable


class RecordingStream(io.RawIOBase):
    """The raw end of a text stream: every write goes to `record`; `echo` gets a copy.

    It belongs to the program, which can look into it: `record` has to be opaque (`hardening.opaque`).
    """

    def __init__(self, record: Callable[[bytes], None], fd: int, *, echo: BinaryIO | None = None) -> None:
        self._record = record
        self._fd = fd
        self._echo = echo
        self.name = "<stdout>" if fd == 1 else "<stderr>"
        self.mode = "w"

    def writable(self) -> bool:
        """Return True."""
        return True

    def fileno(self) -> int:
        """Return the real file descriptor."""
        return self._fd

    def isatty(self) -> bool:
        """Tell whether what is echoed goes to a terminal; a recorded program has none."""
        return self._echo is not None and self._echo.isatty()

    def write(self, data: bytes, /) -> int:  # type: ignore[override]  # any buffer
        """Record what was printed."""
        data = bytes(data)
        if self._echo is not None:
            self._echo.write(data)
            self._echo.flush()
        self._record(data)
        return len(data)


def text_stream(record: Callable[[bytes], None], fd: int, *, echo: BinaryIO | None = None) -> io.TextIOWrapper:
    """Return a text stream like Python's own in a terminal: UTF-8, each line passed on at once."""
    errors = "strict" if fd == 1 else "backslashreplace"
    stream = RecordingStream(record, fd, echo=echo)
    return io.TextIOWrapper(stream, encoding="utf-8", errors=errors, line_buffering=True)
