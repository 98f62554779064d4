"""Runs a student's program in a separate process, and builds the trace from what that process reports.

The parent decides how the run ended: the child's word counts only if its records are exact, the last of them is there,
and it exited with status 0.  The deadline is the parent's, in real seconds, for the whole process tree; time in which
the process was ready and the machine ran others does not count.

A process that ended without a word, or did not exit, may have been harmed from outside: the program is run again, and
is charged with it only if that happens in every run.
"""

from __future__ import annotations

import os
import shlex
import signal
import threading
import time
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from pytest_asyncgrade.errors import AsyncgradeError
from pytest_asyncgrade.trace.builder import TraceBuilder, Verdict
from pytest_asyncgrade.trace.model import Outcome, Recording
from pytest_asyncgrade.trace.plain import clipped, encode, number, shown
from pytest_asyncgrade.trace.protocol.limits import Limits
from pytest_asyncgrade.trace.protocol.lines import MAX_LINE_BYTES, Seal
from pytest_asyncgrade.trace.protocol.order import Call, Delays, JobKind, RunOrder
from pytest_asyncgrade.trace.protocol.records import RecordError
from pytest_asyncgrade.trace.trace import Trace

from .child import LOCATE_SIGNAL, Spawn, signal_name

if TYPE_CHECKING:
    from pytest_asyncgrade.trace.protocol.records import Question

    from .child import Child, Launcher
    from .submission_files import SubmissionFiles

WALL_CLOCK_START_NS = 1_767_258_000 * 1_000_000_000
"""``time.time_ns()`` at the start of a graded program: 2026-01-01 09:00:00 UTC."""

_LOCATED_AT = (0.5, 0.7, 0.9)
"""Shares of the time limit at which a process is asked which line it is on."""

_MOST_BYTES = 40_000_000
"""Most bytes of a run's records: of the longest output that is allowed, each character takes up to twelve."""
_LONGEST_INPUT = 200
"""Longest text of a program's input, in characters."""
_OUT_OF_CPU = -getattr(signal, "SIGXCPU", 0) or None

_MOST_ATTEMPTS = 3
"""Number of times a program is run before it is charged with the end of its process."""
_START_TIMEOUT = 60.0
"""Time limit for our own part of a process, up to the student's first line, in real seconds."""
_EXIT_TIMEOUT = 6.0
"""Time limit for the exit of a process that has reported its end, in real seconds."""
_SHORTEST_WAIT = 0.01
"""Real time between two looks at how long a run has taken, in seconds."""
_LONGEST_STRETCH = 2.0
"""How many times its limit a run may take, in real time, while the machine runs others."""


@dataclass(frozen=True, slots=True)
class Job:
    """What to run, in plain data.

    `kind` is ``"run"`` (the file as ``__main__``, with `argv`), ``"call"`` (`function` of the file) or ``"play"``
    (the scenario `function` of the grader's file `scenarios`, given as its bytes).
    """

    submission: SubmissionFiles
    kind: JobKind = "run"
    argv: tuple[str, ...] = ()
    function: str = ""
    args: tuple[Any, ...] = ()
    kwargs: dict[str, Any] = field(default_factory=dict)
    stdin: str = ""
    scenarios: bytes = b""
    told: str = ""
    """What a student is told that a scenario does."""
    limits: Limits = field(default_factory=Limits)
    vary: dict[float, float] | None = None
    """New delays for the program's own sleeps; None: they are neither varied nor recorded."""
    seed: int | None = None
    """The seed of the program's random numbers; None: they differ from run to run."""
    wall_ns: int = WALL_CLOCK_START_NS
    """``time.time_ns()`` at the program's start."""

    @property
    def asked(self) -> str:
        """The run in a student's words: ``python greetings.py``, ``fetch_all([3, 1])``, "two deposits at once"."""
        varied = [f"{number(a)} as {number(b)}" for a, b in (self.vary or {}).items()]
        return f"{self._asked()}, waiting {', '.join(varied)}" if varied else self._asked()

    def _asked(self) -> str:
        typed = f", and {_typed(self.stdin)} typed in" if self.stdin else ""
        if self.kind == "run":
            return shlex.join(["python", self.submission.script, *self.argv]) + typed
        if self.told:
            return self.told
        given = [shown(value) for value in self.args] + [f"{key}={shown(value)}" for key, value in self.kwargs.items()]
        return f"{self.function}({', '.join(given)}){typed}"


def _typed(stdin: str) -> str:
    """Return what a user types to give a program its input, line by line."""
    lines = [line or "an empty line" for line in stdin.removesuffix("\n").split("\n")]
    return clipped(" and ".join(lines), _LONGEST_INPUT)


def run_isolated(job: Job, launcher: Launcher | None = None) -> Trace:
    """Run a job in a separate process and return its trace, whatever happens to that process.

    `launcher` starts that process (default: `Spawn`); a `ForkServer` makes many runs of one submission quicker.
    Raises AsyncgradeError if no process can be brought to the student's first line.
    """
    if job.submission.problem:
        return Trace(Outcome.NOT_RUNNABLE, job.submission.problem, Recording(), asked=job.asked)
    launcher = launcher or Spawn()
    lost: list[str] = []
    while True:
        with launcher.folder() as folder:
            attempt = _Attempt(job, folder)
            trace = attempt.run(launcher)
        if not attempt.is_doubtful or (len(lost) == _MOST_ATTEMPTS - 1 and not attempt.not_started):
            return replace(trace, lost_runs=tuple(lost))
        lost.append(attempt.not_started or trace.reason)
        if attempt.was_refused or len(lost) == _MOST_ATTEMPTS:
            msg = f"{job.asked} could not be started, which is not the student's fault: {lost[-1]}"
            raise AsyncgradeError(msg)


class _Attempt:
    """One attempt at a run."""

    def __init__(self, job: Job, folder: str) -> None:
        self._job = job
        self._folder = folder
        self._source = job.submission.source
        self._key = os.urandom(16)
        self._builder = TraceBuilder(job.limits.records)
        self._greeted = threading.Event()
        self._told = threading.Event()
        self._error: RecordError | None = None
        self._was_computing = False
        self.is_doubtful = False
        """Whether the process ended in a way that something outside of the program may have caused."""
        self.not_started = ""
        """Why the program did not begin, in our own part of the process; empty if it did."""
        self.was_refused = False
        """Whether that part has said itself that it cannot go on."""

    def run(self, launcher: Launcher) -> Trace:
        child = launcher.launch(self._order(launcher))
        reader = threading.Thread(target=self._read, args=(child,), daemon=True)
        reader.start()
        in_time = self._wait(child)
        status = child.status(_EXIT_TIMEOUT) if in_time and self._error is None else None
        child.end()
        reader.join(timeout=1)
        if not reader.is_alive():  # otherwise a process that has escaped holds the pipe open
            child.records.close()
        verdict = self._verdict(in_time=in_time, status=status)
        job = self._job
        script = job.submission.script
        trace = self._builder.build(
            asked=job.asked, source=self._source, script=script, verdict=verdict, varied=job.vary
        )
        return replace(trace, was_computing=self._was_computing)

    def _wait(self, child: Child) -> bool:
        """Wait for the end, ask now and then which line the program is on, and tell whether the end came in time."""
        if not self._greeted.wait(_START_TIMEOUT):
            return False
        seconds = self._job.limits.wall_seconds
        began = time.monotonic()
        to_ask = [seconds * share for share in _LOCATED_AT]
        if self._told.wait(to_ask[0]):
            return True
        while True:
            passed, effort = time.monotonic() - began, child.effort()
            granted = max(passed - effort.held_back, passed / _LONGEST_STRETCH)
            if to_ask and granted >= to_ask[0]:
                child.locate()
                del to_ask[0]
            if granted >= seconds:
                self._was_computing = effort.computed > granted / 2
                return False
            if self._told.wait(max((to_ask[0] if to_ask else seconds) - granted, _SHORTEST_WAIT)):
                return True

    def _order(self, launcher: Launcher) -> RunOrder:
        """Return the job as it crosses the wall."""
        job, submission = self._job, self._job.submission
        return RunOrder(
            key=self._key,
            folder=self._folder,
            kind=job.kind,
            script=submission.script,
            files=submission.files,
            argv=job.argv,
            stdin=job.stdin.encode("utf-8", "surrogatepass"),
            scenarios=job.scenarios,
            limits=job.limits,
            access=launcher.confinement.access(),
            syscalls=launcher.confinement.syscalls,
            user=launcher.confinement.user,
            varies=job.vary is not None,
            seed=job.seed,
            locate_signal=LOCATE_SIGNAL,
            wall_ns=job.wall_ns,
        )

    def _read(self, child: Child) -> None:
        """Read the records until the last one, or the end of the pipe, for which the parent waits; answer questions."""
        seal, builder, answered, left = Seal(self._key), self._builder, 0, _MOST_BYTES
        try:
            while line := child.records.readline(min(MAX_LINE_BYTES, left) + 1):
                left -= len(line)
                if left < 0:
                    msg = f"more than {_MOST_BYTES // 1_000_000} MB of records"
                    raise RecordError(msg)  # noqa: TRY301  # as it is for a line
                builder.feed(seal.open(line))
                self._greeted.set()
                for question in builder.asked[answered:]:
                    child.answer(self._answer(question))
                answered = len(builder.asked)
                if builder.ended:
                    break
        except RecordError as error:
            self._error = error
        finally:
            self._told.set()
            self._greeted.set()

    def _answer(self, question: Question) -> bytes:
        job = self._job
        if question == "delays":
            return Delays(job.vary or {}).dump()
        return Call(job.function, encode(list(job.args)), encode(job.kwargs)).dump()

    def _verdict(self, *, in_time: bool, status: int | None) -> Verdict | None:
        """Return how the run ended where the child's report does not count, None where it does."""
        if self._error is not None:
            return Verdict(Outcome.KILLED, f"the program disturbed its own recording ({self._error})")
        if self._builder.greeted and (late := self._too_late(in_time=in_time, status=status)):
            return late
        if self._builder.ended:
            self.is_doubtful = status != 0
            why = "the program's process did not end as it should after its last line"
            return Verdict(Outcome.KILLED, why) if self.is_doubtful else None
        if not self._builder.greeted:
            self.was_refused = bool(self._builder.not_started)
            self.not_started = self._builder.not_started or f"its process {_end_of(status)}"
        self.is_doubtful = bool(self.not_started) or status is not None  # nobody else can close its connection
        return _vanished(status)

    def _too_late(self, *, in_time: bool, status: int | None) -> Verdict | None:
        """Return the verdict on a program that used up its time; None if it did not.

        If both limits are the same, so is what is said: which of the two it reaches first is chance.
        """
        limits, is_out_of_cpu = self._job.limits, status == _OUT_OF_CPU and not self._builder.ended
        if in_time and not is_out_of_cpu:
            return None
        self._was_computing = self._was_computing or in_time
        if in_time and limits.cpu_seconds < limits.wall_seconds:
            return self._timed_out(f"the program was still computing after {number(limits.cpu_seconds)} of it")
        return self._timed_out(f"the program was still running after {number(limits.wall_seconds)}")

    def _timed_out(self, reason: str) -> Verdict:
        """Return the verdict on a program that used up its time, with the line that it was on when last asked."""
        place = self._builder.located
        if place is None:
            return Verdict(Outcome.TIMED_OUT, reason)
        code = ""
        if place.filename == self._job.submission.script and 0 < place.lineno <= len(self._source):
            code = f": {self._source[place.lineno - 1].strip()}"
        return Verdict(Outcome.TIMED_OUT, f"{reason}, at line {place.lineno}{code}", place)


def _end_of(status: int | None) -> str:
    """Return how a process ended, as the one who runs the machine would say it."""
    if status is None:
        return f"was not ready within {_START_TIMEOUT:g} s"
    return f"was killed by {signal_name(-status)}" if status < 0 else f"ended with status {status}"


def _vanished(status: int | None) -> Verdict:
    """Return the verdict on a process that ended without a report."""
    if status is not None and status < 0:
        name = signal_name(-status)
        hint = " (a crash inside Python itself: endless recursion, or code in C)" if name == "SIGSEGV" else ""
        return Verdict(Outcome.KILLED, f"the program was killed by {name}{hint}")
    if status is None:
        return Verdict(Outcome.KILLED, "the program closed its connection to the grader")
    reason = f"the program ended at once with status {status} (os._exit, or a process that replaced it)"
    return Verdict(Outcome.EXITED, reason)
