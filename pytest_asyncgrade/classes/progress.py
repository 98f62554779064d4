"""What a teacher sees while a class is graded: a bar on a terminal, lines in a log, and at the end a table."""

from __future__ import annotations

import time
from collections import Counter
from typing import TYPE_CHECKING, Any

from pytest_asyncgrade.extras import needed
from pytest_asyncgrade.reports.safe_text import tame
from pytest_asyncgrade.trace.text import display_width, padded, truncated

from .standing import number
from .statuses import Status

if TYPE_CHECKING:
    from .standing import Standing

_SECONDS_BETWEEN_LINES = 10.0
_MOST_ROWS = 20
"""Rows of the table at the end: a screen."""
_LONGEST_NAME = 30
"""Columns of the terminal for a name."""


class Progress:
    """Tells how far the grading is, on standard error; the table goes to standard output."""

    def __init__(self) -> None:
        self._console: Any = needed("rich.console").Console(stderr=True)
        self._bar: Any = None
        self._task: Any = None
        self._counts: Counter[str] = Counter()
        self._todo = self._done = 0
        self._start = self._told_at = time.monotonic()

    def told(self, text: str) -> None:
        """Tell something as it is."""
        self._console.print(text, markup=False, highlight=False)

    def looking(self, attempts: int) -> None:
        """Tell how much was found."""
        self.told(f"{attempts} submissions")

    def begin(self, todo: int, kept: int) -> None:
        """Begin to grade."""
        self._todo, self._start = todo, time.monotonic()
        if kept:
            self.told(f"{kept} works are graded already and unchanged")
        if not todo:
            return
        self.told(f"{todo} works to grade")
        if self._console.is_terminal:
            progress = needed("rich.progress")
            self._bar = progress.Progress(
                progress.BarColumn(), progress.MofNCompleteColumn(), progress.TextColumn("{task.fields[rate]}"),
                progress.TimeRemainingColumn(), progress.TextColumn("{task.fields[counts]}", markup=False),
                console=self._console,
            )  # fmt: skip
            self._task = self._bar.add_task("", total=todo, rate="", counts="")
            self._bar.start()

    def advance(self, status: str) -> None:
        """Count one graded work."""
        self._done += 1
        self._counts[status] += 1
        now = time.monotonic()
        rate = f"{self._done / max(now - self._start, 1e-9):.1f}/s"
        counts = ", ".join(f"{count} {name}" for name, count in self._counts.most_common())
        if self._bar is not None:
            self._bar.update(self._task, advance=1, rate=rate, counts=counts)
        elif now - self._told_at >= _SECONDS_BETWEEN_LINES or self._done == self._todo:
            self._told_at = now
            self.told(f"{self._done} of {self._todo} ({rate}): {counts}")

    def writing(self, students: int) -> None:
        """Tell that the grading is done."""
        self.end()
        self.told(f"writing the pages of {students} students")

    def end(self) -> None:
        """Take the bar away."""
        if self._bar is not None:
            self._bar.stop()
            self._bar = None


def table(found: list[Standing]) -> list[str]:
    """Return the table at the end, at most a screen: students by their points, the fewest first, and what they lost."""
    rows = sorted(found, key=lambda one: (_share(one), one.student))
    shown = [(truncated(one.student, _LONGEST_NAME), one) for one in rows[:_MOST_ROWS]]
    width = max([len("student"), *(display_width(name) for name, _ in shown)])
    lines = [f"{padded('student', width)}  {'points':>11}  lost most in"]
    for name, one in shown:
        points = "?" if one.points is None else number(one.points)
        lines.append(f"{padded(name, width)}  {points:>5} of {number(one.maximum):>2}  {_worst(one)}".rstrip())
    if len(rows) > len(shown):
        lines.append(f"... and {len(rows) - len(shown)} more, who have at least as much: see class.html")
    counts = Counter(status for one in found for work in one.works.values() for status in work.statuses)
    del counts[Status.GRADED]
    lines += ["", ", ".join(f"{count} {status}" for status, count in counts.most_common(6))] if counts else []
    return list(map(tame, lines))


def _share(one: Standing) -> float:
    return -1.0 if one.points is None else one.points / (one.maximum or 1)


def _worst(one: Standing) -> str:
    """Return the check or the status that cost a student most."""
    lost = [(points, name) for work in one.works.values() for name, points, _, _ in work.row.lost]
    statuses = {work.row.status for work in one.works.values()} - {Status.GRADED}
    worst = max(lost, default=(0.0, ""))[1]
    return "; ".join(filter(None, [", ".join(sorted(statuses)), worst]))[:60]
