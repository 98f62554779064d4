"""Runs a student's program in a process of its own, and builds the trace from what that process reports.

The parent decides how the run ended: the child's word counts only if its records are exact, the last of them is there,
and it left with status 0.  The deadline is the parent's, in real seconds, on the whole process tree.
"""

from __future__ import annotations

import json
import os
import shlex
import signal
import threading
from base64 import b64encode
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any, Literal

from pytest_asyncgrade.trace.codec import MAX_LINE, RecordError, Seal, TraceBuilder
from pytest_asyncgrade.trace.model import Outcome, Recording, Trace
from pytest_asyncgrade.trace.plain import clipped, encode, number, shown

from .child import ASK_WITH, Fresh, signal_name
from .limits import Limits

if TYPE_CHECKING:
    from typing import IO

    from .child import Child, Launcher
    from .parcel import Parcel

WALL_CLOCK_START_NS = 1_767_258_000 * 1_000_000_000
"""What a graded program's ``time.time_ns()`` says at its start: 2026-01-01 09:00:00 UTC."""

_ASK_AFTER = (0.5, 0.2, 0.2)
"""After which shares of its time limit, one after the other, a process is asked which line it is on."""

_LONGEST_INPUT = 200
"""Of what is said of a program's input, in characters."""
_OUT_OF_CPU = -getattr(signal, "SIGXCPU", 0) or None

_PATIENCE_AFTER_END = 6.0
"""How long a process that has reported its end may take to leave, in real seconds."""


@dataclass(frozen=True, slots=True)
class Job:
    """What to run, in plain data.

    `kind` is ``"run"`` (the file as ``__main__``, with `argv`), ``"call"`` (`function` of the file) or ``"play"``
    (the scenario `function` of the grader's file `scenarios`, given as its bytes).
    """

    parcel: Parcel
    kind: Literal["run", "call", "play"] = "run"
    argv: tuple[str, ...] = ()
    function: str = ""
    args: tuple[Any, ...] = ()
    kwargs: dict[str, Any] = field(default_factory=dict)
    stdin: str = ""
    scenarios: bytes = b""
    limits: Limits = field(default_factory=Limits)
    vary: dict[float, float] | None = None
    """What becomes of the delays of the program's own sleeps; None: they cannot be varied, and are not recorded."""
    seed: int | None = None
    """What the program's own random numbers come from; None: they differ from run to run."""
    wall_ns: int = WALL_CLOCK_START_NS
    """What ``time.time_ns()`` says at the program's start."""

    @property
    def asked(self) -> str:
        """What this is, as a teacher would write it: ``python greetings.py``, ``fetch_all([3, 1])``."""
        varied = [f"{number(a)} as {number(b)}" for a, b in (self.vary or {}).items()]
        return f"{self._asked()}, waiting {', '.join(varied)}" if varied else self._asked()

    def _asked(self) -> str:
        typed = f", and {_typed(self.stdin)} typed in" if self.stdin else ""
        if self.kind == "run":
            return shlex.join(["python", self.parcel.script, *self.argv]) + typed
        given = [shown(value) for value in self.args] + [f"{key}={shown(value)}" for key, value in self.kwargs.items()]
        return f"{self.function}({', '.join(given)}){typed}"


def _typed(stdin: str) -> str:
    """Return what somebody types who gives a program its input, line by line."""
    lines = [line or "an empty line" for line in stdin.removesuffix("\n").split("\n")]
    return clipped(" and ".join(lines), _LONGEST_INPUT)


def run_isolated(job: Job, launcher: Launcher | None = None) -> Trace:
    """Run a job in a process of its own and return its trace, whatever happens to that process.

    `launcher` starts that process (default: `Fresh`); a `Stem` makes many runs of one submission quicker.
    """
    if job.parcel.problem:
        return Trace(Outcome.NOT_RUNNABLE, job.parcel.problem, Recording(), asked=job.asked)
    launcher = launcher or Fresh()
    with launcher.place() as place:
        return _Run(job, place).run(launcher)


class _Run:
    def __init__(self, job: Job, place: str) -> None:
        self._job = job
        self._place = place
        self._source = job.parcel.source
        self._key = os.urandom(16)
        self._builder = TraceBuilder(job.limits.records)
        self._told = threading.Event()
        self._error: RecordError | None = None

    def run(self, launcher: Launcher) -> Trace:
        child = launcher.launch(self._message(launcher))
        reader = threading.Thread(target=self._read, args=(child.records,), daemon=True)
        reader.start()
        in_time = self._wait(child)
        status = child.status(_PATIENCE_AFTER_END) if in_time else None
        child.end()
        reader.join(timeout=1)
        if not reader.is_alive():  # else a process that has escaped us holds the pipe open
            child.records.close()
        verdict = self._verdict(in_time=in_time, status=status)
        job = self._job
        return self._builder.build(asked=job.asked, source=self._source, verdict=verdict, varied=job.vary)

    def _wait(self, child: Child) -> bool:
        """Wait for the end, and ask now and then which line the program is on; tell whether the end came in time."""
        seconds = self._job.limits.wall_seconds
        for share in _ASK_AFTER:
            if self._told.wait(seconds * share):
                return True
            if self._builder.greeted:
                child.ask()
        return self._told.wait(seconds * (1 - sum(_ASK_AFTER)))

    def _message(self, launcher: Launcher) -> bytes:
        """Return the job as the child reads it."""
        job = self._job
        fields = {
            "key": self._key.hex(), "kind": job.kind, "file": job.parcel.script, "argv": job.argv,
            "function": job.function, "args": encode(list(job.args)), "kwargs": encode(job.kwargs),
            "stdin": job.stdin, "scenarios": _text(job.scenarios), "place": self._place,
            "files": {name: _text(data) for name, data in job.parcel.files.items()},
            "limits": asdict(job.limits), "rules": launcher.confinement.rules(),
            "vary": None if job.vary is None else list(job.vary.items()), "seed": job.seed,
            "ask_with": ASK_WITH, "wall_ns": job.wall_ns,
        }  # fmt: skip
        return json.dumps(fields).encode()

    def _read(self, pipe: IO[bytes]) -> None:
        """Take in the records; the last one, or the end of the pipe, is what the parent waits for."""
        seal = Seal(self._key)
        try:
            while line := pipe.readline(MAX_LINE + 1):
                self._builder.feed(seal.open(line))
                if self._builder.ended:
                    break
        except RecordError as error:
            self._error = error
        finally:
            self._told.set()

    def _verdict(self, *, in_time: bool, status: int | None) -> tuple[Outcome, str] | None:
        """Return how the run ended where the child's word does not count, None where it does."""
        if self._error is not None:
            return Outcome.KILLED, f"the program disturbed its own recording ({self._error})"
        if not in_time:
            seconds = number(self._job.limits.wall_seconds)
            return Outcome.TIMED_OUT, f"the program was still running after {seconds}{self._where()}"
        if not self._builder.ended:
            if status == _OUT_OF_CPU:
                seconds = number(self._job.limits.cpu_seconds)
                return Outcome.TIMED_OUT, f"the program was still computing after {seconds} of it{self._where()}"
            return _vanished(status)
        if status != 0:
            return Outcome.KILLED, "the program's process did not end as it should after its last line"
        return None

    def _where(self) -> str:
        place = self._builder.stuck
        if place is None:
            return ""
        code = ""
        if place.filename == self._job.parcel.script and 0 < place.lineno <= len(self._source):
            code = f": {self._source[place.lineno - 1].strip()}"
        return f", at line {place.lineno}{code}"


def _text(data: bytes) -> str:
    return b64encode(data).decode()


def _vanished(status: int | None) -> tuple[Outcome, str]:
    """Say how a process ended that never reported its end."""
    if status is not None and status < 0:
        name = signal_name(-status)
        hint = " (a crash inside Python itself: endless recursion, or code in C)" if name == "SIGSEGV" else ""
        return Outcome.KILLED, f"the program was killed by {name}{hint}"
    if status is None:
        return Outcome.KILLED, "the program closed its connection to the grader"
    return Outcome.EXITED, f"the program ended at once with status {status} (os._exit, or a process that replaced it)"
