"""The picture of a run as SVG: a bar for each task over virtual time, what it waited for, and what was printed when.

The drawing is self-contained: no script, no font, no other file.  Its colours are custom properties with defaults, so
that a page can choose others (``--waiting``, ``--blocked``, ...).
"""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

from .model import WaitsFor
from .names import titles
from .plain import number
from .text import printable

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from .model import Line, Recording, TaskSpan, Wait
    from .trace import Trace

WIDTH = 960
"""Width of the drawing, in its units; it scales to the page."""

MOST_TASKS = 60
MOST_WAITS = 400
"""Most waits that are drawn one by one."""

_LEFT, _RIGHT, _TOP, _ROW, _BAR = 190, 20, 34, 22, 12
_TICKS = 8
_LONGEST_NAME = 26

_STYLE = (
    "text{font:13px system-ui,sans-serif;fill:var(--ink,#1c2733)}.small{font-size:11px;fill:var(--faint,#5a6775)}"
    ".grid{stroke:var(--grid,#d8dee5)}.task{fill:var(--task,#dbe7f5)}.wait{fill:var(--waiting,#8fb8e8)}"
    ".sleep{fill:var(--sleeping,#5b93d6)}.blocked{fill:var(--blocked,#c8372d)}.line{fill:var(--ink,#1c2733)}"
    ".failed{stroke:var(--blocked,#c8372d);stroke-width:2;fill:none}"
)


def svg(trace: Trace) -> str:
    """Return the picture of a run: at most `MOST_TASKS` tasks, and how many more there are."""
    recording = trace.partial
    shown = recording.tasks[:MOST_TASKS]
    names = titles(recording.tasks)
    end = float(recording.elapsed) or 1.0
    height = _TOP + _ROW * (len(shown) + 1) + 16
    what = f"{trace.asked}: {len(recording.tasks)} tasks over {number(recording.elapsed)}"
    about = f'viewBox="0 0 {WIDTH} {height}" role="img" aria-label="{_text(what)}"'
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" {about}>',
        f"<style>{_STYLE}</style>",
        *_axis(end, height),
        *(part for row, span in enumerate(shown) for part in _row(span, names[span.number], row, end)),
        *_waits(recording, {span.number: row for row, span in enumerate(shown)}, end),
        *_lines(recording, {span.number: row for row, span in enumerate(shown)}, end, len(shown)),
    ]
    if len(recording.tasks) > len(shown):
        left = len(recording.tasks) - len(shown)
        parts.append(f'<text class="small" x="{_LEFT}" y="{height - 4}">and {left} more tasks</text>')
    return "\n".join([*parts, "</svg>"])


def _axis(end: float, height: int) -> Iterator[str]:
    step = _step(end)
    for tick in range(int(end / step + 1e-9) + 1):
        x = _x(tick * step, end)
        yield f'<line class="grid" x1="{x}" y1="{_TOP - 8}" x2="{x}" y2="{height - 16}"/>'
        yield f'<text class="small" x="{x}" y="{_TOP - 14}" text-anchor="middle">{number(round(tick * step, 9))}</text>'


def _step(end: float) -> float:
    """Return a round distance between ticks that gives at most `_TICKS` of them."""
    step = 10.0**-9
    while True:
        for factor in (1, 2, 5):
            if end / (step * factor) <= _TICKS:
                return step * factor
        step *= 10


def _row(span: TaskSpan, name: str, row: int, end: float) -> Iterator[str]:
    y = _TOP + row * _ROW
    ended = {"finished": "", "pending": "never ended"}.get(span.ended, span.ended)
    last = span.end if span.end is not None else end
    about = f"{span.name} ({name}): {number(span.start)} to {number(last)}{', ' * bool(ended)}{ended}"
    yield f'<text x="{_LEFT - 10}" y="{y + _BAR - 1}" text-anchor="end">{_text(_cut(name))}</text>'
    yield _rectangle("task", (span.start, last), y, end, about)
    if ended:
        x = _x(last, end)
        cross = f"M{x - 4} {y} l8 {_BAR} m0 -{_BAR} l-8 {_BAR}"
        yield f'<path class="failed" d="{cross}"><title>{_text(ended)}</title></path>'


def _waits(recording: Recording, rows: dict[int, int], end: float) -> Iterator[str]:
    for wait in [wait for wait in recording.waits if wait.task in rows and wait.end > wait.start][:MOST_WAITS]:
        kind = "sleep" if wait.waits_for is WaitsFor.SLEEP else "wait"
        line = wait.places[0].lineno if wait.places else None
        yield _rectangle(kind, (wait.start, wait.end), _TOP + rows[wait.task] * _ROW, end, _about(wait), line)
    for stretch in recording.blocked:
        row = rows.get(stretch.task or 0, len(rows))
        where = f" on {stretch.place}" if stretch.place else ""
        yield _rectangle(
            "blocked", (stretch.start, stretch.end), _TOP + row * _ROW, end,
            f"{stretch.what}{where} stops {'everything' if stretch.task else 'a thread'} for {number(stretch.seconds)}",
            stretch.place.lineno if stretch.place else None,
        )  # fmt: skip


def _about(wait: Wait) -> str:
    where = f" on {wait.places[0]}" if wait.places else ""
    return f"{wait.doing}{where}: {number(wait.start)} to {number(wait.end)}"


def _lines(recording: Recording, rows: dict[int, int], end: float, last: int) -> Iterator[str]:
    """Mark where lines were printed; lines that no task printed share a row."""
    marks: dict[tuple[int, float], list[Line]] = {}
    for line in recording.output:
        marks.setdefault((rows.get(line.task or 0, last), float(line.time)), []).append(line)
    if any(row == last for row, _ in marks):
        y = _TOP + last * _ROW + _BAR - 1
        yield f'<text class="small" x="{_LEFT - 10}" y="{y}" text-anchor="end">outside of these tasks</text>'
    for (row, time), printed in marks.items():
        about = _text(f"{number(time)}: " + "\n".join(line.text for line in printed))
        x, y = _x(time, end), _TOP + row * _ROW + _BAR // 2
        yield f'<circle class="line" cx="{x}" cy="{y}" r="3.5"><title>{about}</title></circle>'


def _rectangle(  # noqa: PLR0913, PLR0917  # where it is, and what it says
    kind: str, span: tuple[float, float], y: int, total: float, title: str, line: int | None = None
) -> str:
    start, end = span
    x = _x(start, total)
    width = round(max(_x(end, total) - x, 1.5), 2)
    at = f' data-line="{line}"' if line else ""
    return (
        f'<rect class="{kind}"{at} x="{x}" y="{y}" width="{width}" height="{_BAR}" rx="2">'
        f"<title>{_text(title)}</title></rect>"
    )


def _x(time: float, end: float) -> float:
    return round(_LEFT + time / end * (WIDTH - _LEFT - _RIGHT), 2)


def _cut(text: str) -> str:
    return text if len(text) <= _LONGEST_NAME else f"{text[: _LONGEST_NAME - 1]}…"


def _text(text: str) -> str:
    return escape("\n".join(map(printable, text.split("\n"))))


def chrome_events(trace: Trace) -> dict[str, object]:
    """Return a run in the Trace Event Format, which Perfetto and chrome://tracing open; a task is a thread there.

    https://docs.google.com/document/d/1CvAClvFfyA5R-PhYUmn5OOQtYMH4h6I0nSsKchNAySU: times are microseconds.
    """
    recording = trace.partial
    events: list[dict[str, object]] = [_named("process_name", trace.asked, 0)]
    names = titles(recording.tasks)
    events += [_named("thread_name", f"{span.name} {names[span.number]}", span.number) for span in recording.tasks]
    for span in recording.tasks:
        last = span.end if span.end is not None else recording.elapsed
        events.append(_complete(names[span.number], span.start, last, span.number, ended=span.ended))
    for wait in recording.waits:
        place = str(wait.places[0]) if wait.places else ""
        events.append(_complete(wait.doing, wait.start, wait.end, wait.task, where=place))
    for stretch in recording.blocked:
        events.append(_complete(stretch.what, stretch.start, stretch.end, stretch.task or 0))
    for line in recording.output:
        about = {"name": line.text, "ph": "i", "s": "t", "ts": line.time * 1e6, "pid": 1, "tid": line.task or 0}
        events.append(about)
    return {"traceEvents": events, "displayTimeUnit": "ms"}


def _named(what: str, name: str, task: int) -> dict[str, object]:
    return {"name": what, "ph": "M", "pid": 1, "tid": task, "args": {"name": name}}


def _complete(name: str, start: float, end: float, task: int, **args: str) -> dict[str, object]:
    duration = round((end - start) * 1e6, 3)
    return {"name": name, "ph": "X", "ts": start * 1e6, "dur": duration, "pid": 1, "tid": task, "args": args}


def legend() -> Iterable[tuple[str, str]]:
    """Return what the colours mean: pairs of a class in the drawing and words."""
    return (
        ("sleep", "sleeping"),
        ("wait", "waiting for something else"),
        ("task", "in progress"),
        ("blocked", "stops everything (time.sleep, a call that blocks)"),
    )
