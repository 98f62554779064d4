"""The lines of an output: texts that know when they were printed, by which task, on which of the student's lines."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Literal, NamedTuple, Self, overload

from .plain import shown

if TYPE_CHECKING:
    from .seconds import Seconds

Stream = Literal["stdout", "stderr"]

KEPT_LINES = 500
"""Lines kept from the beginning, and from the end, of a program that was stopped for printing too much."""


class MissingLineError(AssertionError, IndexError):
    """A check asked for a line that the program never printed: the student's fault, not the grader's."""


class Place(NamedTuple):
    """A line of the student's: file name (relative to the submission's folder), line number from 1, function."""

    filename: str
    lineno: int
    function: str

    def __str__(self) -> str:
        return f"line {self.lineno}"


class Line(str):
    """One line of output, without its newline: a text with its time, its task and the line that printed it.

    `time` is in virtual seconds since the program started, `task` the number of the task that printed it, `place` the
    student's line that did.  It equals its text, and any other line of the same text.
    """

    __slots__ = ("place", "stream", "task", "time")
    time: Seconds
    stream: Stream
    task: int | None
    place: Place | None

    def __new__(
        cls,
        text: str,
        time: Seconds,
        stream: Stream = "stdout",
        task: int | None = None,
        place: Place | None = None,
    ) -> Self:
        """Return a line with this text."""
        line = super().__new__(cls, text)
        line.time, line.stream, line.task, line.place = time, stream, task, place
        return line

    def __getnewargs__(self) -> tuple[str, Seconds, Stream, int | None, Place | None]:  # type: ignore[override]  # str has its text only
        return self.facts

    @property
    def text(self) -> str:
        """The text alone, an exact `str`."""
        return str(self)

    @property
    def facts(self) -> tuple[str, Seconds, Stream, int | None, Place | None]:
        """All that is known of the line; distinguishes lines with the same text."""
        return str(self), self.time, self.stream, self.task, self.place

    @property
    def function(self) -> str | None:
        """The name of the function that printed it, None if that is not known (a subprocess)."""
        return self.place.function if self.place else None

    @property
    def lineno(self) -> int | None:
        """The number of the student's line that printed it, from 1, None if that is not known."""
        return self.place.lineno if self.place else None


def ends(lines: list[Line]) -> list[Line]:
    """Return the first and the last `KEPT_LINES` lines, with a line between them that counts the others."""
    dropped = len(lines) - 2 * KEPT_LINES
    if dropped <= 0:
        return lines
    gap = Line(f"[... {dropped} lines left out ...]", lines[KEPT_LINES].time, lines[KEPT_LINES].stream)
    return [*lines[:KEPT_LINES], gap, *lines[-KEPT_LINES:]]


class Output(Sequence[Line]):
    """The lines of a stream in the order they appeared; equals a matcher, or a list of the exact texts."""

    __slots__ = ("_lines",)
    __hash__ = None  # type: ignore[assignment]  # equal to lists, which have none

    def __init__(self, lines: Sequence[Line]) -> None:
        self._lines: Sequence[Line] = tuple(lines)

    @overload
    def __getitem__(self, index: int) -> Line: ...
    @overload
    def __getitem__(self, index: slice) -> Output: ...
    def __getitem__(self, index: int | slice) -> Line | Output:
        if isinstance(index, slice):
            return Output(self._lines[index])
        if not -len(self) <= index < len(self):
            which = f"line {index + 1}" if index >= 0 else f"line {-index} from the end"
            printed = {0: "nothing was", 1: "1 was"}.get(len(self), f"{len(self)} were")
            msg = f"there is no {which}: {printed} printed"
            raise MissingLineError(msg)
        return self._lines[index]

    def __len__(self) -> int:
        return len(self._lines)

    def __contains__(self, text: object) -> bool:
        return text in self._lines

    def __eq__(self, other: object) -> bool:
        if isinstance(other, Output):
            return [line.facts for line in self] == [line.facts for line in other]
        if isinstance(other, list | tuple):
            return self.texts == list(other)
        return NotImplemented

    def __repr__(self) -> str:
        return f"<output: {shown(self.texts)}>"

    def by(self, function: str) -> Output:
        """Return the lines that a function of the student's printed: ``trace.output.by("main")``."""
        return Output([line for line in self._lines if line.function and innermost(line.function) == function])

    @property
    def texts(self) -> list[str]:
        """The lines as plain strings."""
        return [line.text for line in self._lines]

    @property
    def text(self) -> str:
        """The whole as one string, each line with its newline."""
        return "".join(f"{line}\n" for line in self._lines)


def innermost(name: str) -> str:
    """Return the last part of a qualified name."""
    return name.rpartition(".")[2]
