"""Builds a trace from the records of a run, a line at a time, believing none of them.

The child only reports: a record that contradicts an earlier one is an error (`RecordError`), and a run with such an
error has not finished.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, assert_never

from .deadlock import hangs_at, reason
from .model import (
    Blocked,
    BusyWait,
    Elapsed,
    Line,
    Outcome,
    Output,
    Reached,
    Recording,
    Seconds,
    SlowStep,
    Stuck,
    Swallowed,
    TaskSpan,
    Touched,
    Unawaited,
    Wait,
)
from .output import ends
from .plain import NotPlainError, decode
from .protocol.lines import load
from .protocol.records import (
    VERSION,
    Asked,
    BusyWaitBegan,
    CallBlocked,
    CancellationSwallowed,
    Deadlocked,
    DelayGiven,
    Ended,
    ExceptionLost,
    FunctionNamed,
    Hello,
    InsideReached,
    Located,
    LoopTouched,
    NeverAwaited,
    NotStarted,
    Printed,
    RecordError,
    StepWasSlow,
    TaskCreated,
    TaskDone,
    TasksLeft,
    WaitBegan,
)
from .seconds import Waited
from .trace import Trace, Varied

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from .model import Place
    from .output import Stream
    from .protocol.records import Question, Record

MAX_RECORDS = 10_000_000
"""Most records of one run."""
_SLACK_RECORDS = 1_000
"""Slack above the limit of a run: records in flight when the worker stops the program for it."""
_CHILD_OUTCOMES = (Outcome.FINISHED, Outcome.CRASHED, Outcome.EXITED, Outcome.DEADLOCKED, Outcome.FLOODED,
                   Outcome.NOT_RUNNABLE)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Verdict:
    """How a run ended, why, and the student's line on which it did, if it is known."""

    outcome: Outcome
    reason: str
    ended_at: Place | None = None


_VANISHED = Verdict(Outcome.EXITED, "the program ended before it was done")


class TraceBuilder:
    """Takes in the records of one run, and builds its trace."""

    def __init__(self, max_records: int = MAX_RECORDS) -> None:
        self._max_records = max_records
        self.greeted = False
        self.not_started = ""
        """Why the process failed before the program began; empty if it did not."""
        self._lines: dict[Stream, list[Line]] = {"stdout": [], "stderr": []}
        self._tasks: dict[int, TaskSpan] = {}
        self._alive = self._most_alive = 0
        self._blocked: list[Blocked] = []
        self._busy_waits: list[BusyWait] = []
        self._slow_steps: list[SlowStep] = []
        self._waits: list[Wait] = []
        self._stuck: tuple[Stuck, ...] = ()
        self._unawaited: list[Unawaited] = []
        self._delays: list[float] = []
        self._swallowed: list[Swallowed] = []
        self._touched: list[Touched] = []
        self._reached: list[Reached] = []
        self._elapsed = 0
        self._waited = Waited()
        self._result: object = None
        self._end: Ended | None = None
        self._records: list[bytes] = []
        self._taken = 0
        self.asked: list[Question] = []
        """What the process has asked for, in this order."""
        self.located: Place | None = None
        """The student's line that the program was on when it was last asked."""

    @property
    def ended(self) -> bool:
        """Whether the record that ends a run has been read."""
        return self._end is not None

    def feed(self, line: bytes) -> None:
        """Take in a line of records; RecordError if it is none."""
        for record in load(line):
            if self._taken > self._max_records + _SLACK_RECORDS:
                msg = f"more than {self._max_records} records"
                raise RecordError(msg)
            self._taken += 1
            if self.ended or self.not_started or self.greeted is isinstance(record, Hello | NotStarted):
                msg = f"a record {record.tag!r} out of place"
                raise RecordError(msg)
            try:
                self._take(record)
            except ValueError as error:
                msg = f"a malformed record {record.tag!r}: {error}"
                raise RecordError(msg) from error
        self._records.append(line)

    def _take(self, record: Record) -> None:  # noqa: C901, PLR0912  # one case for each record
        match record:
            case Printed():
                self._print(record)
            case TaskCreated():
                self._create_task(record)
            case TaskDone():
                self._end_task(record)
            case WaitBegan():
                self._begin_wait(record)
            case CallBlocked():
                self._block(record)
            case BusyWaitBegan(time, task, place):
                self._busy_waits.append(BusyWait(self._time(time), self._known(task), place))
            case StepWasSlow(milliseconds, task, place):
                self._slow_steps.append(SlowStep(milliseconds / 1000, self._known(task), place))
            case TasksLeft(tasks):
                for number in tasks:
                    self._tasks[number] = replace(self._span(number), outlived=True)
            case FunctionNamed(task, name):
                self._tasks[task] = replace(self._span(task), function=name)
            case ExceptionLost(task):
                self._lose_exception(task)
            case CancellationSwallowed(time, task, place):
                self._swallowed.append(Swallowed(self._time(time), self._span(task).number, place))
            case Deadlocked(waits):
                for number in {number for wait in waits for number in (*wait.tasks, *wait.others)}:
                    self._span(number)
                self._stuck = self._stuck or waits  # the first is not of cleaning up
            case NeverAwaited(coroutine, place, after_error):
                self._unawaited.append(Unawaited(coroutine, place, after_error))
            case LoopTouched(time, place):
                self._touched.append(Touched(self._time(time), place))
            case InsideReached(what, place):
                self._reached.append(Reached(what, place))
            case DelayGiven(nanoseconds):
                self._delays.append(Seconds.of(nanoseconds))
            case Located(place):
                self.located = place
            case Asked(what):
                self._ask(what)
            case Hello(version):
                self._greet(version)
            case NotStarted(reason):
                self.not_started = reason or "no reason given"
            case Ended():
                self._finish(record)
            case _:
                assert_never(record)

    def _greet(self, version: int) -> None:
        if version != VERSION:
            msg = f"version {version}"
            raise ValueError(msg)
        self.greeted = True

    def _ask(self, what: Question) -> None:
        if what in self.asked:
            msg = f"a second question for {what}"
            raise ValueError(msg)
        self.asked.append(what)

    def _print(self, record: Printed) -> None:
        task = self._known(record.task)
        line = Line(record.text, self._time(record.time), record.stream, task, record.place)
        self._lines[record.stream].append(line)

    def _create_task(self, record: TaskCreated) -> None:
        number = record.number
        if number != len(self._tasks) + 1:
            msg = f"task {number} out of order"
            raise ValueError(msg)
        self._tasks[number] = TaskSpan(
            number, record.name, record.coroutine, self._known(record.parent), self._time(record.time),
            place=record.place, loop=record.loop, arguments=record.arguments,
        )  # fmt: skip
        self._alive += 1
        self._most_alive = max(self._most_alive, self._alive)

    def _end_task(self, record: TaskDone) -> None:
        span = self._tasks.get(record.number)
        if span is None or span.end is not None:
            msg = f"end of task {record.number}"
            raise ValueError(msg)
        self._alive -= 1
        failure = record.failure
        self._tasks[span.number] = replace(
            span,
            name=record.name,
            end=self._time(record.time),
            ended=record.ended,
            swallowed=record.ended == "finished" and record.cancel_requests > 0 and not span.outlived,
            error=failure.error if failure else "",
            message=failure.message if failure else "",
            raised_at=failure.place if failure else None,
        )

    def _begin_wait(self, record: WaitBegan) -> None:
        task, start = self._span(record.task).number, self._time(record.time)
        seconds = None if record.delay is None else Seconds.of(record.delay)
        if record.delay is not None:
            self._waited.add(record.time, record.time + record.delay)
        awaited = tuple(self._span(number).number for number in record.awaited)
        self._waits.append(
            Wait(task, start, start, record.waits_for, record.what, seconds, record.places, record.calls, awaited)
        )

    def _block(self, record: CallBlocked) -> None:
        self._waited.add(record.start, record.end)
        start, end = Seconds.of(record.start), self._time(record.end)
        self._blocked.append(Blocked(start, end, self._known(record.task), record.place, record.what, record.waits_for))

    def _lose_exception(self, task: int) -> None:
        span = self._span(task)
        if span.ended != "failed":
            msg = f"an exception of task {task}"
            raise ValueError(msg)
        self._tasks[task] = replace(span, lost=True)

    def _finish(self, record: Ended) -> None:
        if record.outcome not in _CHILD_OUTCOMES:
            msg = f"outcome {record.outcome.value!r}"
            raise ValueError(msg)
        self._time(record.time)
        try:
            self._result = decode(record.result)
        except NotPlainError as error:
            raise ValueError(str(error)) from error
        self._end = record

    def _time(self, time: int) -> Seconds:
        if time < self._elapsed:
            msg = f"{self._elapsed - time} ns back in time"
            raise ValueError(msg)
        self._elapsed = time
        return Seconds.of(time, self._waited.until(time))

    def _span(self, task: int) -> TaskSpan:
        span = self._tasks.get(task)
        if span is None:
            msg = f"unknown task {task}"
            raise ValueError(msg)
        return span

    def _known(self, task: int | None) -> int | None:
        return None if task is None else self._span(task).number

    def recording(self) -> Recording:
        """Return what has been recorded so far."""
        return Recording(
            output=Output(self._kept("stdout")),
            stderr=Output(self._kept("stderr")),
            elapsed=Elapsed(Seconds.of(self._elapsed), self._waited.until(self._elapsed)),
            result=self._result,
            tasks=tuple(self._tasks.values()),
            blocked=tuple(self._blocked),
            busy_waits=tuple(self._busy_waits),
            slow_steps=tuple(self._slow_steps),
            max_concurrency=self._most_alive,
            waits=tuple(self._ended_waits()),
            stuck=self._stuck,
            unawaited=tuple(self._unawaited),
            delays=tuple(self._delays),
            swallowed=tuple(self._swallowed),
            touched=tuple(self._touched),
            reached=tuple(self._reached),
        )

    def _ended_waits(self) -> Iterator[Wait]:
        """Yield the waits with their ends: computing takes no time, so a wait lasts until its task's next one."""
        ends: dict[int, Seconds] = {}
        ended = []
        for wait in reversed(self._waits):
            known = (ends.get(wait.task), self._tasks[wait.task].end, Seconds.of(self._elapsed))
            end = next(time for time in known if time is not None)
            ends[wait.task] = wait.start
            if wait.seconds is not None:
                end = min(end, Seconds(round(wait.start + wait.seconds, 9), wait.start.waits + 1))
            ended.append(replace(wait, end=end))
        return reversed(ended)

    def _kept(self, stream: Stream) -> list[Line]:
        """Return a stream's lines; the first and the last if the program was stopped for printing too much."""
        is_flooded = self._end is not None and self._end.outcome is Outcome.FLOODED
        return ends(self._lines[stream]) if is_flooded else self._lines[stream]

    def build(
        self,
        *,
        asked: str,
        source: tuple[str, ...],
        script: str = "",
        verdict: Verdict | None = None,
        varied: Mapping[float, float] | None = None,
    ) -> Trace:
        """Return the trace; `verdict` is the parent's own, which overrules the child's report."""
        end = self._end
        said = _VANISHED if end is None else Verdict(end.outcome, end.reason, end.place)
        final = verdict or said
        if final.outcome is Outcome.DEADLOCKED:
            recording = self.recording()
            told = reason(recording, script) or final.reason
            final = Verdict(final.outcome, told, hangs_at(recording) or final.ended_at)
        return Trace(
            final.outcome, final.reason, self.recording(), end.exception if end else None, asked, source,
            tuple(self._records), Varied(varied or {}), ended_at=final.ended_at, script=script,
        )  # fmt: skip
