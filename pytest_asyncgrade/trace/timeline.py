"""The picture of a run as text: what was printed when and by which task, and what each task did when."""

from __future__ import annotations

import textwrap
from dataclasses import dataclass
from itertools import groupby
from typing import TYPE_CHECKING, TypeVar

from .model import WaitsFor
from .names import titles
from .plain import number
from .text import display_width, folded, padded, printable, truncated, wrapped

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from .model import Finding, Recording, Seconds, TaskSpan
    from .trace import Trace

MOST_LINES = 30
MOST_TASKS = 20
_NAME = 16


_T = TypeVar("_T")


@dataclass(frozen=True, slots=True)
class Signs:
    """The characters of a bar, one for each thing that a task can do."""

    progress: str = "="
    sleeps: str = "-"
    waits: str = "."
    blocks: str = "#"
    prints: str = "*"
    edge: str = "|"


ASCII = Signs()
UNICODE = Signs("\N{BOX DRAWINGS HEAVY HORIZONTAL}", "\N{BOX DRAWINGS LIGHT HORIZONTAL}", "\N{MIDDLE DOT}",
                "\N{FULL BLOCK}", "\N{BLACK CIRCLE}", "\N{BOX DRAWINGS LIGHT VERTICAL}")  # fmt: skip


def timeline(trace: Trace, *, width: int = 80, signs: Signs = ASCII, is_brief: bool = False) -> Iterator[str]:
    """Yield the lines of the picture, none longer than `width` columns, drawn with `signs`.

    A brief one is without the traceback of the exception that ended the run, which is told where its line is shown.
    """
    recording = trace.partial
    yield from _printed(recording, width, signs)
    yield from _errors(_written_to_stderr(trace, is_brief=is_brief), width)
    yield from _bars(recording, width, signs)


def explained(findings: Iterable[Finding]) -> Iterator[tuple[str, str]]:
    """Yield each finding's message and advice; the advice is empty if the finding before had the same."""
    before = ""
    for finding in findings:
        yield finding.message, finding.advice if finding.advice != before else ""
        before = finding.advice


def headline(trace: Trace) -> str:
    """Return one line that says what was run and how it ended."""
    if trace.outcome == "finished":
        return f"{trace.asked} took {number(trace.elapsed)}"
    return f"{trace.asked}: {trace.reason}"


def _printed(recording: Recording, width: int, signs: Signs) -> Iterator[str]:
    tasks = titles(recording.tasks)
    if not recording.output:
        yield "(it printed nothing)"
    rows = []
    before: Seconds | None = None
    for line in recording.output:
        name = truncated(printable(tasks.get(line.task or 0, "")), _NAME)
        head = f"{'' if line.time == before else line.time!s:>9} {padded(name, _NAME)} {signs.edge} "
        rows.append(head + truncated(printable(line.text), max(width - display_width(head), 20)))
        before = line.time
    yield from _some(rows, MOST_LINES, "more lines", str)


def _written_to_stderr(trace: Trace, *, is_brief: bool) -> list[str]:
    """Return the lines of standard error, each of those that are repeated once, with how often.

    The message of a deadlock is left out: it is told as a table.
    """
    lines = [line.text for line in trace.partial.stderr]
    ending = trace.exception.traceback.splitlines() if trace.exception else []
    if ending and (is_brief or trace.partial.stuck) and lines[-len(ending) :] == ending:
        lines = lines[: -len(ending)]
    counted = [(text, len(list(those))) for text, those in groupby(lines)]
    return [text if count == 1 else f"{text} ({count} times)" for text, count in counted]


def _errors(lines: list[str], width: int) -> Iterator[str]:
    """Yield the lines of standard error, wrapped, not cut: a traceback has to be read."""
    if lines:
        yield ""
        yield "On standard error:"
    rows: list[str] = []
    for text in map(printable, lines):
        fold = folded if text.startswith(" ") else wrapped  # code keeps its blanks
        rows += [f"  {part}" for part in fold(text, width - 2) or [""]]
    yield from _some(rows, MOST_LINES, "more lines", str)


def _bars(recording: Recording, width: int, signs: Signs) -> Iterator[str]:
    """Yield a bar per task, and what its signs mean."""
    total = recording.elapsed
    if not recording.tasks or (not total and all(span.ended == "finished" for span in recording.tasks)):
        return
    columns = max(width - 9 - _NAME - 4, 20)
    yield ""
    yield f"{'':>9} {'task':<{_NAME}}   0{total!s:>{columns - 1}}"
    used: set[str] = set()
    names = titles(recording.tasks)

    def row(span: TaskSpan) -> str:
        bar = _Bar(span, columns, float(total), signs)
        bar.draw(recording)
        used.update(bar.cells[bar.first : bar.last])
        return f"{'':>9} {padded(truncated(printable(names[span.number]), _NAME), _NAME)} {signs.edge} {bar.text()}"

    yield from _some(recording.tasks, MOST_TASKS, "more tasks", row)
    if used != {signs.progress}:
        legend, indent = ", ".join(_legend(recording, signs, used)), " " * 10
        yield from textwrap.wrap(legend, width, initial_indent=indent, subsequent_indent=indent)


def _legend(recording: Recording, signs: Signs, used: set[str]) -> Iterator[str]:
    others = (wait for wait in recording.waits if wait.waits_for is not WaitsFor.SLEEP and wait.end > wait.start)
    waits = dict.fromkeys(wait.doing for wait in others)
    words = {
        signs.prints: "prints", signs.progress: "in progress", signs.sleeps: "sleeps",
        signs.waits: " or ".join(waits).replace("or waits ", "or "), signs.blocks: "stops everything",
    }  # fmt: skip
    return (f"{sign} {meaning}" for sign, meaning in words.items() if sign in used)


class _Bar:
    """The life of one task in so many columns."""

    def __init__(self, span: TaskSpan, columns: int, total: float, signs: Signs) -> None:
        self.span, self.columns, self.total, self.signs = span, columns, total, signs
        self.cells = [" "] * columns
        self.first = min(self._column(span.start), columns - 1)
        self.last = max(self._column(total if span.end is None else span.end), self.first + 1)

    def _column(self, seconds: float) -> int:
        return min(int(seconds / self.total * self.columns + 1e-9), self.columns) if self.total else 0

    def _fill(self, start: float, end: float, sign: str) -> None:
        first, last = self._column(start), self._column(end)
        self.cells[first:last] = sign * (last - first)

    def draw(self, recording: Recording) -> None:
        """Draw what the task did; later signs cover earlier ones: blocking calls cover waits, prints cover both."""
        number, signs = self.span.number, self.signs
        self.cells[self.first : self.last] = signs.progress * (self.last - self.first)
        for wait in recording.waits:
            if wait.task == number:
                self._fill(wait.start, wait.end, signs.sleeps if wait.waits_for is WaitsFor.SLEEP else signs.waits)
        for stretch in recording.blocked:
            if stretch.task == number:
                self._fill(stretch.start, stretch.end, signs.blocks)
        for line in recording.output:
            if line.task == number:
                self.cells[max(self.first, min(self._column(line.time), self.last - 1))] = signs.prints

    def text(self) -> str:
        """Return the bar; how the task ended, unless it finished, is written behind it, before it, or over its end."""
        ended = {"finished": "", "failed": "failed", "cancelled": "cancelled", "pending": "never ended"}[
            self.span.ended
        ]
        cells, after = list(self.cells), self.last + 1
        start = after if after + len(ended) <= self.columns else self.first - 1 - len(ended)
        if ended:
            start = start if start >= 0 else self.columns - len(ended)
            cells[start : start + len(ended)] = ended
        return "".join(cells).rstrip()


def _some(items: Sequence[_T], most: int, what: str, show: Callable[[_T], str]) -> Iterator[str]:
    """Yield the rows of items; the first and the last of too many, and how many were left out."""
    if len(items) <= most:
        yield from map(show, items)
        return
    head = most * 2 // 3
    yield from map(show, items[:head])
    yield f"{'':>9} [... {len(items) - most} {what} ...]"
    yield from map(show, items[head - most :])
