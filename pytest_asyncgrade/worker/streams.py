"""Standard output and error of a program in virtual time, line by line.

What Python code prints is recorded as it is printed, with its task and line.  What reaches the file descriptors in
another way (a subprocess, `os.write`, a C library) goes to a file, which is read before the clock moves, so that it has
its exact virtual time, too.  A file never blocks its writer, unlike a pipe that nobody reads.
"""

from __future__ import annotations

import math
import os
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from pytest_asyncgrade.trace.output import Stream

MAX_LINE_CHARACTERS = 10_000
"""Longest line that is recorded whole, in characters."""


class OutputLimit:
    """How much a program may print: without end, until `allow`; `exceeded` is called when it prints more."""

    def __init__(self, exceeded: Callable[[], None] | None = None) -> None:
        self._characters = self._lines = math.inf
        self._exceeded = exceeded

    def allow(self, characters: float, lines: float) -> None:
        """Let it print so much from now on."""
        self._characters, self._lines = characters, lines

    def spend(self, characters: int) -> None:
        """Count one more line."""
        self._characters -= characters
        self._lines -= 1
        if self._exceeded is not None and (self._characters < 0 or self._lines < 0):
            self._exceeded()


class Lines:
    """Splits output into lines; `limit` is shared by all streams."""

    def __init__(self, record: Callable[[Stream, str], None], stream: Stream, limit: OutputLimit) -> None:
        self._record = record
        self._stream = stream
        self._limit = limit
        self._begun = bytearray()

    def add(self, data: bytes) -> None:
        """Record the lines that are complete now."""
        if data and not self._begun and data.find(b"\n") == len(data) - 1:  # what print() usually writes
            self._finish(data[:-1])
            return
        *whole, rest = data.split(b"\n")
        for piece in whole:
            self._begun += piece
            self._finish_begun()
        self._begun += rest[: max(0, MAX_LINE_CHARACTERS * 4 - len(self._begun))]

    def close(self) -> None:
        """Record a last line that has no newline."""
        if self._begun:
            self._finish_begun()

    def _finish_begun(self) -> None:
        line = bytes(self._begun)
        self._begun.clear()
        self._finish(line)

    def _finish(self, line: bytes) -> None:
        text = line.decode("utf-8", "backslashreplace").removesuffix("\r")
        self._limit.spend(len(text) + 1)
        if len(text) > MAX_LINE_CHARACTERS:
            text = f"{text[:MAX_LINE_CHARACTERS]} [... cut after {MAX_LINE_CHARACTERS} characters]"
        self._record(self._stream, text)


class DescriptorTail:
    """The file behind a file descriptor; `collect` records what was written to it."""

    def __init__(self, record: Callable[[Stream, str], None], stream: Stream, path: str, limit: OutputLimit) -> None:
        self._lines = Lines(record, stream, limit)
        self._fd = os.open(path, os.O_RDONLY | getattr(os, "O_BINARY", 0))
        self._position = 0

    def collect(self) -> None:
        """Record what has been written since the last time."""
        if os.fstat(self._fd).st_size <= self._position:
            return
        while data := os.read(self._fd, 65536):
            self._position += len(data)
            self._lines.add(data)

    def close(self) -> None:
        """Record the rest, and a last line that has no newline."""
        self.collect()
        self._lines.close()
