"""The picture of a run in text: what was printed when and by which task, and how long each task lived."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .plain import number
from .text import printable

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from .model import Blocked, Finding, Recording, Seconds, TaskSpan, Trace

MOST_LINES = 30
MOST_TASKS = 20
_NAME = 16


def timeline(trace: Trace, *, width: int = 80) -> Iterator[str]:
    """Yield the lines of the picture, none longer than `width` columns, in ASCII but for the student's own text."""
    recording = trace.partial
    yield from _printed(recording, width)
    yield from _errors(recording, width)
    yield from _bars(recording, width)


def explained(findings: Iterable[Finding]) -> Iterator[tuple[str, str]]:
    """Yield each finding's message with its advice, which is told once: empty if the one before had the same."""
    before = ""
    for finding in findings:
        yield finding.message, finding.advice if finding.advice != before else ""
        before = finding.advice


def headline(trace: Trace) -> str:
    """Return one line that says what was run and how it ended."""
    if trace.outcome == "finished":
        return f"{trace.asked} took {number(trace.elapsed)}"
    return f"{trace.asked}: {trace.reason}"


def _printed(recording: Recording, width: int) -> Iterator[str]:
    tasks = {span.number: span.coroutine for span in recording.tasks}
    if not recording.output:
        yield "(it printed nothing)"
    rows = []
    before: Seconds | None = None
    for line in recording.output:
        head = (
            f"{'' if line.time == before else line.time!s:>9} {_cut(tasks.get(line.task or 0, ''), _NAME):<{_NAME}} | "
        )
        rows.append(head + _cut(printable(line.text), max(width - len(head), 20)))
        before = line.time
    yield from _some(rows, MOST_LINES, "more lines")


def _errors(recording: Recording, width: int) -> Iterator[str]:
    """Yield what came on standard error, whole lines folded: a traceback has to be read."""
    if recording.stderr:
        yield ""
        yield "On standard error:"
    rows: list[str] = []
    for line in recording.stderr:
        text = printable(line.text)
        rows += [f"  {text[start : start + width - 2]}" for start in range(0, len(text) or 1, width - 2)]
    yield from _some(rows, MOST_LINES, "more lines")


def _bars(recording: Recording, width: int) -> Iterator[str]:
    """Yield a bar per task; what ``time.sleep`` blocked is marked with #."""
    total = recording.elapsed
    if not recording.tasks or (not total and all(span.ended == "finished" for span in recording.tasks)):
        return
    columns = max(width - 9 - _NAME - 4, 20)
    yield ""
    yield f"{'':>9} {'task':<{_NAME}}   0{total!s:>{columns - 1}}"
    rows = [_bar(span, recording.blocked, columns, total) for span in recording.tasks]
    yield from _some(rows, MOST_TASKS, "more tasks")


def _bar(span: TaskSpan, blocked: tuple[Blocked, ...], columns: int, total: float) -> str:
    def column(seconds: float) -> int:
        return min(int(seconds / total * columns + 1e-9), columns) if total else 0

    end = span.end if span.end is not None else total
    cells = [" "] * columns
    first = min(column(span.start), columns - 1)
    last = max(column(end), first + 1)
    cells[first:last] = "=" * (last - first)
    for stretch in blocked:
        if stretch.task == span.number:
            cells[column(stretch.start) : column(stretch.end)] = "#" * (column(stretch.end) - column(stretch.start))
    ended = {"finished": "", "failed": "failed", "cancelled": "cancelled", "pending": "never ended"}[span.ended]
    start = last + 1 if last + 1 + len(ended) <= columns else first - 1 - len(ended)
    if ended:  # behind the bar, or before it, or over its end: wherever there is room
        start = start if start >= 0 else columns - len(ended)
        cells[start : start + len(ended)] = ended
    return f"{'':>9} {_cut(printable(span.coroutine), _NAME):<{_NAME}} | {''.join(cells).rstrip()}"


def _some(rows: list[str], most: int, what: str) -> Iterator[str]:
    """Yield the rows; of too many the first and the last, and how many were left out."""
    if len(rows) <= most:
        yield from rows
        return
    head = most * 2 // 3
    yield from rows[:head]
    yield f"{'':>9} [... {len(rows) - most} {what} ...]"
    yield from rows[head - most :]


def _cut(text: str, width: int) -> str:
    return text if len(text) <= width else f"{text[: width - 3]}..."
