"""The records of a run, as the student's process writes them and as ours reads them.

A record is an array of JSON: a tag, then a fixed number of fields of exact types.  They come in lines, each an array of
records.  The child only reports; whatever is not exactly a record is an error (`RecordError`), and a run with such an
error is never a finished one.
Times are whole nanoseconds since the program's start.
"""

from __future__ import annotations

import json
from _blake2 import blake2b
from dataclasses import replace
from itertools import count
from typing import TYPE_CHECKING, Any, Literal, TypeVar

from .model import (
    Blocked,
    BusyWait,
    Call,
    Elapsed,
    Line,
    Outcome,
    Output,
    Place,
    Raised,
    Recording,
    Seconds,
    SlowStep,
    Stream,
    Swallowed,
    TaskSpan,
    Touched,
    Trace,
    Unawaited,
    Varied,
    Wait,
)
from .plain import NotPlainError, decode, shown
from .seconds import Waited

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

VERSION = 1
MAX_LINE = 1_000_000
"""Longest line of records in bytes."""
MAX_RECORDS = 10_000_000
KEPT = 500
"""How many lines are kept from the beginning, and how many from the end, of a program that printed too much."""
_SPARE_RECORDS = 1_000
"""How many more than it may a program can have made when it is stopped for that."""

_LONGEST_VALUE = 40
"""Of a value in the message of a `RecordError`, in characters."""
_SIGNATURE = 16
"""Length of a signature, in hexadecimal digits."""

_C = TypeVar("_C", bound=str)

_STREAMS: tuple[Stream, ...] = ("stdout", "stderr")
_ENDS: tuple[Literal["finished", "failed", "cancelled"], ...] = ("finished", "failed", "cancelled")
_CHILD_OUTCOMES = (Outcome.FINISHED, Outcome.CRASHED, Outcome.EXITED, Outcome.DEADLOCKED, Outcome.FLOODED,
                   Outcome.NOT_RUNNABLE)  # fmt: skip


class RecordError(ValueError):
    """Something that is not a record of a run."""


_encoder: Any = json.encoder  # at hand from here on: what a program replaces in `json` is not used
_encode = _encoder.c_make_encoder(None, None, _encoder.encode_basestring_ascii, None, ":", ",", *(False, False, False))


def dump(*records: list[object]) -> bytes:
    """Return records as a line of bytes: JSON, in ASCII."""
    return "".join(_encode(records, 0)).encode() + b"\n"


class Seal:
    """Signs each line of records, and their order, with a key that nobody knows but the two ends of a pipe."""

    def __init__(self, key: bytes) -> None:
        begin, numbers = blake2b(key=key, digest_size=_SIGNATURE // 2).copy, count()

        def signature(line: bytes) -> bytes:
            sign = begin()
            sign.update(b"%d%s" % (next(numbers), line))
            return sign.hexdigest().encode()

        self._signature = signature

    def sign(self, line: bytes) -> bytes:
        """Return a line with its signature before the records."""
        return b'["%s",%s' % (self._signature(line), line[1:])

    def open(self, line: bytes) -> bytes:
        """Return a line without its signature; RecordError if that is not right."""
        records = b"[" + line[_SIGNATURE + 4 :]
        if line[: _SIGNATURE + 4] != b'["%s",' % self._signature(records):
            msg = f"not written by its recorder: {line[:40]!r}"
            raise RecordError(msg)
        return records


class TraceBuilder:
    """Builds a trace from the records of a run, a line of bytes at a time, believing none of them."""

    def __init__(self, max_records: int = MAX_RECORDS) -> None:
        self._max_records = max_records
        self.greeted = False
        self._lines: dict[str, list[Line]] = {stream: [] for stream in _STREAMS}
        self._tasks: dict[int, TaskSpan] = {}
        self._alive = self._most_alive = 0
        self._blocked: list[Blocked] = []
        self._busy_waits: list[BusyWait] = []
        self._slow_steps: list[SlowStep] = []
        self._waits: list[Wait] = []
        self._unawaited: list[Unawaited] = []
        self._delays: list[float] = []
        self._swallowed: list[Swallowed] = []
        self._touched: list[Touched] = []
        self._elapsed = 0
        self._waited = Waited()
        self._result: object = None
        self._end: tuple[Outcome, str, Raised | None] | None = None
        self._records: list[bytes] = []
        self._taken = 0
        self.stuck: Place | None = None

    @property
    def ended(self) -> bool:
        """Whether the record that ends a run has been read."""
        return self._end is not None

    def feed(self, line: bytes) -> None:
        """Take in a line of records; RecordError if it is none."""
        if len(line) > MAX_LINE:
            msg = f"a line of {len(line)} bytes, more than {MAX_LINE}"
            raise RecordError(msg)
        try:
            records = json.loads(line)
        except (ValueError, RecursionError) as error:
            msg = f"not JSON: {line[:40]!r}"
            raise RecordError(msg) from error
        if type(records) is not list or not records or not all(map(_is_record, records)):
            msg = f"not records: {line[:40]!r}"
            raise RecordError(msg)
        if self._taken > self._max_records + _SPARE_RECORDS:
            msg = f"more than {self._max_records} records"
            raise RecordError(msg)
        self._taken += len(records)
        for tag, *fields in records:
            self._take(tag, fields)
        self._records.append(line)

    def _take(self, tag: str, fields: list[Any]) -> None:
        takers: dict[str, Callable[..., None]] = {
            "hello": self._hello, "line": self._line, "task": self._task, "done": self._done, "left": self._left,
            "blocked": self._block, "busy": self._busy, "slow": self._slow, "wait": self._wait,
            "unawaited": self._never_awaited, "lost": self._lose, "swallowed": self._swallow,
            "touched": self._touch, "function": self._name_function, "delay": self._delay,
            "stuck": self._stuck, "end": self._finish,
        }  # fmt: skip
        take = takers.get(tag)
        if take is None or self.ended or self.greeted is (tag == "hello"):
            msg = f"a record {tag[:20]!r} out of place"
            raise RecordError(msg)
        try:
            take(*fields)
        except (TypeError, ValueError) as error:
            msg = f"a malformed record {tag!r}: {error}"
            raise RecordError(msg) from error

    def _hello(self, version: object) -> None:
        if type(version) is not int or version != VERSION:
            msg = f"version {shown(version, _LONGEST_VALUE)}"
            raise ValueError(msg)
        self.greeted = True

    def _line(self, time: object, stream: object, text: object, task: object, place: object) -> None:
        name = _choice(_STREAMS, "stream", stream)
        self._lines[name].append(Line(_text(text), self._time(time), name, self._known(task), _place(place)))

    def _task(  # noqa: PLR0913, PLR0917  # one field each of one record
        self,
        number: object,
        parent: object,
        name: object,
        coroutine: object,
        time: object,
        place: object,
        loop: object,
        arguments: object = "",
    ) -> None:
        if _count(number) != len(self._tasks) + 1:
            msg = f"task {shown(number, _LONGEST_VALUE)} out of order"
            raise RecordError(msg)
        self._tasks[_count(number)] = TaskSpan(
            _count(number), _text(name), _text(coroutine), self._known(parent), self._time(time), place=_place(place),
            loop=_count(loop), arguments=_text(arguments),
        )  # fmt: skip
        self._alive += 1
        self._most_alive = max(self._most_alive, self._alive)

    def _done(  # noqa: PLR0913, PLR0917  # one field each of one record
        self,
        number: object,
        time: object,
        ended: object,
        name: object,
        asked_to_cancel: object,
        failure: object = None,
    ) -> None:
        span = self._tasks.get(_count(number))
        if span is None or span.end is not None:
            msg = f"end of task {shown(number, _LONGEST_VALUE)}"
            raise RecordError(msg)
        end = _choice(_ENDS, "end", ended)
        self._alive -= 1
        swallowed = end == "finished" and _count(asked_to_cancel) > 0 and not span.outlived
        error, raised_at = ("", None) if failure is None else tuple(_items(failure))
        self._tasks[span.number] = replace(
            span,
            name=_text(name),
            end=self._time(time),
            ended=end,
            swallowed=swallowed,
            error=_text(error),
            raised_at=_place(raised_at),
        )

    def _left(self, numbers: object) -> None:
        if type(numbers) is not list:
            msg = f"tasks {shown(numbers, _LONGEST_VALUE)}"
            raise RecordError(msg)
        for number in numbers:
            self._known(_count(number))
            self._tasks[number] = replace(self._tasks[number], outlived=True)

    def _block(self, start: object, end: object, task: object, place: object, what: object) -> None:
        self._waited.add(_count(start), _count(end))
        stretch = _seconds(start), self._time(end)
        self._blocked.append(Blocked(*stretch, self._known(task), _place(place), _text(what)))

    def _slow(self, milliseconds: object, task: object, place: object) -> None:
        self._slow_steps.append(SlowStep(_count(milliseconds) / 1000, self._known(task), _place(place)))

    def _busy(self, time: object, task: object, place: object) -> None:
        self._busy_waits.append(BusyWait(self._time(time), self._known(task), _place(place)))

    def _wait(  # noqa: PLR0913, PLR0917  # one field each of one record
        self,
        time: object,
        task: object,
        what: object,
        delay: object,
        places: object,
        calls: object = (),
        awaited: object = (),
    ) -> None:
        if self._known(task) is None:
            msg = f"a wait of {shown(task, _LONGEST_VALUE)}"
            raise RecordError(msg)
        start, seconds = self._time(time), None if delay is None else _seconds(delay)
        if delay is not None:
            self._waited.add(_count(time), _count(time) + _count(delay))
        found = tuple(place for place in map(_place, _items(places)) if place)
        of_calls = tuple(Call(*map(_count, _items(call))) for call in _items(calls))
        tasks = tuple(number for one in _items(awaited) if (number := self._known(one)))
        self._waits.append(Wait(_count(task), start, start, _text(what), seconds, found, of_calls, tasks))

    def _never_awaited(self, coroutine: object, place: object, after_error: object = None) -> None:
        self._unawaited.append(Unawaited(_text(coroutine), _place(place), after_error is True))

    def _lose(self, number: object) -> None:
        span = self._tasks.get(_count(number))
        if span is None or span.ended != "failed":
            msg = f"an exception of task {number!r}"
            raise RecordError(msg)
        self._tasks[span.number] = replace(span, lost=True)

    def _swallow(self, time: object, number: object, place: object) -> None:
        if (task := self._known(number)) is None:
            msg = f"a task {number!r}"
            raise RecordError(msg)
        self._swallowed.append(Swallowed(self._time(time), task, _place(place)))

    def _touch(self, time: object, place: object) -> None:
        self._touched.append(Touched(self._time(time), _place(place)))

    def _name_function(self, number: object, name: object) -> None:
        if (task := self._known(number)) is None:
            msg = f"a task {number!r}"
            raise RecordError(msg)
        self._tasks[task] = replace(self._tasks[task], function=_text(name))

    def _delay(self, nanoseconds: object) -> None:
        self._delays.append(_count(nanoseconds) / 1_000_000_000)

    def _stuck(self, place: object) -> None:
        self.stuck = _place(place)

    def _finish(self, time: object, outcome: object, reason: object, raised: object, result: object) -> None:
        said = _choice(_CHILD_OUTCOMES, "outcome", outcome)
        self._time(time)
        try:
            self._result = decode(result)
        except NotPlainError as error:
            raise RecordError(str(error)) from error
        self._end = (Outcome(said), _text(reason), _raised(raised))

    def _time(self, time: object) -> Seconds:
        self._elapsed = max(self._elapsed, _count(time))
        return _seconds(time, self._waited.until(_count(time)))

    def _known(self, task: object) -> int | None:
        if task is not None and _count(task) not in self._tasks:
            msg = f"unknown task {shown(task, _LONGEST_VALUE)}"
            raise RecordError(msg)
        return task  # type: ignore[return-value]  # an int, or None

    def recording(self) -> Recording:
        """Return what has been recorded so far."""
        return Recording(
            output=Output(self._kept("stdout")),
            stderr=Output(self._kept("stderr")),
            elapsed=Elapsed(_seconds(self._elapsed), self._waited.until(self._elapsed)),
            result=self._result,
            tasks=tuple(self._tasks.values()),
            blocked=tuple(self._blocked),
            busy_waits=tuple(self._busy_waits),
            slow_steps=tuple(self._slow_steps),
            max_concurrency=self._most_alive,
            waits=tuple(self._ended_waits()),
            unawaited=tuple(self._unawaited),
            delays=tuple(self._delays),
            swallowed=tuple(self._swallowed),
            touched=tuple(self._touched),
        )

    def _ended_waits(self) -> Iterator[Wait]:
        """Yield the waits with their ends: computing takes no time, so one lasts until the next of its task begins."""
        ends: dict[int, Seconds] = {}
        ended = []
        for wait in reversed(self._waits):
            known = (ends.get(wait.task), self._tasks[wait.task].end, _seconds(self._elapsed))
            end = next(time for time in known if time is not None)
            ends[wait.task] = wait.start
            if wait.seconds is not None:
                end = min(end, Seconds(round(wait.start + wait.seconds, 9), wait.start.waits + 1))
            ended.append(replace(wait, end=end))
        return reversed(ended)

    def _kept(self, stream: str) -> list[Line]:
        """Return a stream's lines; of one that was stopped for printing too much the first and the last."""
        lines = self._lines[stream]
        dropped = len(lines) - 2 * KEPT
        if dropped <= 0 or self._end is None or self._end[0] is not Outcome.FLOODED:
            return lines
        gap = Line(f"[... {dropped} lines left out ...]", lines[KEPT].time, lines[KEPT].stream)
        return [*lines[:KEPT], gap, *lines[-KEPT:]]

    def build(
        self,
        *,
        asked: str,
        source: tuple[str, ...],
        verdict: tuple[Outcome, str] | None = None,
        varied: Mapping[float, float] | None = None,
    ) -> Trace:
        """Return the trace; `verdict` is the parent's own (outcome, reason), which overrules the child's report."""
        told = self._end or (Outcome.EXITED, "the program ended before it was done", None)
        outcome, reason = verdict or told[:2]
        records = tuple(self._records)
        return Trace(outcome, reason, self.recording(), told[2], asked, source, records, Varied(varied or {}))


def pack(trace: Trace) -> dict[str, object]:
    """Return a trace as plain JSON data, for another process of our own or a file."""
    records = [record.decode("ascii") for record in trace.records]
    verdict = [trace.outcome.value, trace.reason]
    varied = list(trace.varied.items())
    return {
        "asked": trace.asked, "source": list(trace.source), "verdict": verdict, "records": records, "varied": varied,
        "ignored": sorted(trace.ignored),
    }  # fmt: skip


def unpack(data: dict[str, Any]) -> Trace:
    """Return the trace that `pack` was given; RecordError if `data` is not its work."""
    records = [record.encode("ascii") for record in data["records"]]
    builder = TraceBuilder()
    for record in records:
        builder.feed(record)
    outcome, reason = data["verdict"]
    verdict, varied = (Outcome(outcome), reason), dict(data["varied"])
    trace = builder.build(asked=data["asked"], source=tuple(data["source"]), verdict=verdict, varied=varied)
    return replace(trace, ignored=frozenset(data["ignored"]))


def _is_record(value: object) -> bool:
    return type(value) is list and bool(value) and type(value[0]) is str


def _count(value: object) -> int:
    if type(value) is not int or not 0 <= value < 1 << 100:
        msg = f"number {shown(value, _LONGEST_VALUE)}"
        raise RecordError(msg)
    return value


def _seconds(value: object, waits: int = 1) -> Seconds:
    return Seconds(_count(value) / 1_000_000_000, waits)


def _choice(choices: tuple[_C, ...], what: str, value: object) -> _C:
    for choice in choices:
        if value == choice and type(value) is str:
            return choice
    msg = f"{what} {shown(value, _LONGEST_VALUE)}"
    raise RecordError(msg)


def _text(value: object) -> str:
    if type(value) is not str:
        msg = f"text {shown(value, _LONGEST_VALUE)}"
        raise RecordError(msg)
    return value


def _place(value: object) -> Place | None:
    if value is None:
        return None
    if type(value) is not list:
        msg = f"place {shown(value, _LONGEST_VALUE)}"
        raise RecordError(msg)
    filename, lineno, function = value
    return Place(_text(filename), _count(lineno), _text(function))


def _items(value: object) -> list[object] | tuple[()]:
    if type(value) is not list and value != ():
        msg = f"list {value!r}"
        raise RecordError(msg)
    return value


def _raised(value: object) -> Raised | None:
    if value is None:
        return None
    if type(value) is not list:
        msg = f"exception {shown(value, _LONGEST_VALUE)}"
        raise RecordError(msg)
    kind, message, traceback, place = value
    return Raised(_text(kind), _text(message), _text(traceback), _place(place))
