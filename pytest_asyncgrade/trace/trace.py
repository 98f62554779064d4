"""One run of a student's program, as a check sees it.

A run that did not finish has no duration and no order that could be judged: `Trace.output`, `Trace.elapsed` and the
rest then raise `UnfinishedRunError` (an AssertionError), whatever a check does with them.  What was recorded until then
is in `Trace.partial`.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from .findings import KINDS, diagnose
from .model import Outcome
from .output import innermost

if TYPE_CHECKING:
    from .model import (
        Blocked,
        BusyWait,
        Elapsed,
        Finding,
        Output,
        Place,
        Raised,
        Recording,
        TaskSpan,
        Wait,
    )


class UnfinishedRunError(AssertionError):
    """A check asked for the output, duration ... of a run that did not finish."""

    def __init__(self, trace: Trace) -> None:
        super().__init__(trace.reason)
        self.trace = trace


class WrongResultError(AssertionError):
    """What a student's function returned does not have the shape it should; the message says so to the student."""


class Varied(dict[float, float]):
    """What became of the delays of a program's own sleeps, in seconds; the others stay what they were."""

    def __missing__(self, seconds: float) -> float:
        return seconds


@dataclass(frozen=True, slots=True)
class Trace:
    """One run of a student's program, as a check sees it.

    `output` and `stderr` are the lines printed; `elapsed` the virtual seconds the program took; `result` what a called
    function returned (exact built-in types); `tasks` the life of each task; `max_concurrency` the most tasks in
    progress at once; `blocked` the stretches in which a blocking call stopped everything; `waits` what the tasks waited
    for; `findings` the misconceptions that show; each raises `UnfinishedRunError` if the run did not finish.
    `outcome`, `reason` (in the student's words), `exception` and `partial` can always be asked for.
    """

    outcome: Outcome
    reason: str
    partial: Recording
    exception: Raised | None = None
    asked: str = ""
    source: tuple[str, ...] = field(default=(), repr=False)
    records: tuple[bytes, ...] = field(default=(), repr=False, compare=False)
    varied: Varied = field(default_factory=Varied)
    """What became of the delays of the program's own sleeps: ``trace.varied[2]`` for a sleep of two seconds."""
    ignored: frozenset[str] = frozenset()
    """Kinds of findings that do not count, because the exercise asks for what they find."""
    ended_at: Place | None = None
    """The student's line on which a run ended or hung that did not finish; None if it is not known."""
    lost_runs: tuple[str, ...] = ()
    """How earlier attempts at this run ended, whose processes something outside of the program may have harmed."""
    script: str = ""
    """The name of the student's script, as places have it; empty if it is not known."""
    was_computing: bool = field(default=False, compare=False)
    """Whether a run that was stopped because its time was over had computed for most of it."""
    _diagnosis: list[tuple[Finding, ...]] = field(default_factory=list, init=False, repr=False, compare=False)
    """The findings, once they have been asked for."""

    def _finished(self) -> Recording:
        if self.outcome is not Outcome.FINISHED:
            raise UnfinishedRunError(self)
        return self.partial

    @property
    def output(self) -> Output:
        """The lines on standard output."""
        return self._finished().output

    @property
    def stderr(self) -> Output:
        """The lines on standard error."""
        return self._finished().stderr

    @property
    def elapsed(self) -> Elapsed:
        """Virtual seconds from the program's start to its end."""
        return self._finished().elapsed

    @property
    def result(self) -> Any:
        """What the called function returned, in exact built-in types; None for a whole program."""
        return self._finished().result

    @property
    def tasks(self) -> tuple[TaskSpan, ...]:
        """Every task, in the order of creation."""
        return self._finished().tasks

    @property
    def blocked(self) -> tuple[Blocked, ...]:
        """The stretches in which ``time.sleep``, or another blocking call in a task, blocked its thread."""
        return self._finished().blocked

    @property
    def busy_waits(self) -> tuple[BusyWait, ...]:
        """Where the program waited by looking at the clock again and again."""
        return self._finished().busy_waits

    @property
    def waits(self) -> tuple[Wait, ...]:
        """What the tasks waited for, in the order the waits began."""
        return self._finished().waits

    def waits_in(self, function: str) -> tuple[Wait, ...]:
        """Return the waits of a function of the student's and of what it called; empty if it was never called."""
        return tuple(w for w in self.waits if any(innermost(place.function) == function for place in w.places))

    @property
    def diagnosis(self) -> tuple[Finding, ...]:
        """The misconceptions that the run shows, whether or not it finished; computed once."""
        if not self._diagnosis:
            self._diagnosis.append(tuple(diagnose(self, self.ignored)))
        return self._diagnosis[0]

    @property
    def findings(self) -> list[Finding]:
        """The misconceptions that the run shows; empty if there are none."""
        self._finished()
        return list(self.diagnosis)

    def found(self, *kinds: str) -> list[Finding]:
        """Return the findings of some kinds (out of `KINDS`); ValueError if there is no such kind."""
        for kind in kinds:
            if kind not in KINDS:
                msg = f"trace.found({kind!r}): there is no such kind of finding: choose {', '.join(KINDS)}"
                raise ValueError(msg)
        return [finding for finding in self.findings if finding.kind in kinds]

    @property
    def max_concurrency(self) -> int:
        """The most tasks that were in progress at one time, the main task included."""
        return self._finished().max_concurrency
