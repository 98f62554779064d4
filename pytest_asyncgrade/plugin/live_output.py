"""The output of a test in virtual time, which the matchers of a trace can be compared with while the test runs."""

from __future__ import annotations

import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING

from pytest_asyncgrade.trace import Line, Output
from pytest_asyncgrade.worker.stdio import text_stream
from pytest_asyncgrade.worker.streams import Lines, OutputLimit

if TYPE_CHECKING:
    from collections.abc import Iterator

    from .inprocess import TestClock


class LiveOutput(Output):
    """The lines that a test has printed so far."""

    __slots__ = ("_clock",)
    __hash__ = None

    def __init__(self, clock: TestClock) -> None:
        self._clock = clock
        self._lines: list[Line] = []

    def _add(self, _stream: str, text: str) -> None:
        self._lines.append(Line(text, self._clock.elapsed))

    @contextmanager
    def collecting(self) -> Iterator[None]:
        """Collect what is printed on ``sys.stdout`` and pass it on."""
        before = sys.stdout
        limit = OutputLimit()
        sys.stdout = stream = text_stream(Lines(self._add, "stdout", limit).add, 1, echo=before.buffer)
        try:
            yield
        finally:
            stream.flush()
            sys.stdout = before
