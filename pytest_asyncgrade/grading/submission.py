"""One student's work on one exercise, as checks get it: a program to run, call or play."""

from __future__ import annotations

import json
import random
import threading
import time
from contextlib import contextmanager
from dataclasses import replace
from functools import cached_property
from hashlib import sha256
from typing import TYPE_CHECKING, Any, Literal

from pytest_asyncgrade.errors import UsageError
from pytest_asyncgrade.sandbox import Job, Launcher, Spawn, SubmissionFiles, run_isolated
from pytest_asyncgrade.trace import Outcome, Recording, Trace, WrongResultError
from pytest_asyncgrade.trace.plain import Opaque, encode, is_plain, parts_of, shown
from pytest_asyncgrade.trace.shape import complaint, is_shape

from .integrity import Flag, of_run, of_source
from .runs import Run
from .scenarios import filled
from .scenarios import scenario as scenario_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from pytest_asyncgrade.sandbox.confinement import Confinement

    from .exercise import Exercise
    from .handed_in import HandedIn
    from .runs import TraceFile


_SHARE_OF_LATER_RUNS = 0.2
"""What share of its limit a run gets after one that computed until the limit ended it."""


def checked_timeout(seconds: float, where: str) -> float:
    """Return a time limit in real seconds; UsageError, with `where` it was given, if no run could have it."""
    if not 0 < seconds <= threading.TIMEOUT_MAX:  # neither is true of nan
        msg = f"{where} {seconds:g}: give a number of seconds above 0"
        raise UsageError(msg)
    return seconds


class Deadline:
    """The time after which no further run begins: platforms limit the grading, and a partial score is better than none.

    The run that is under way then continues to its own limit.
    """

    def __init__(self, seconds: float) -> None:
        self.reason = f"the time limit for the whole grading ({seconds:g} s) is reached"
        self._end = time.monotonic() + seconds

    @property
    def is_over(self) -> bool:
        """Tell whether no further run may begin."""
        return time.monotonic() >= self._end


class Submission:
    """A student's program, which runs in a separate process, in virtual time, when a check asks for it.

    Every run happens once: checks that ask for the same share its `Trace`.  `student` is empty if there is only one.
    """

    def __init__(  # noqa: PLR0913  # what makes a submission
        self,
        exercise: Exercise,
        handed_in: HandedIn,
        *,
        student: str,
        timeout: Callable[[], float | None],
        launch: Callable[[], Launcher] = Spawn,
        seed: int | None = None,
        deadline: Deadline | None = None,
        trace_file: TraceFile | None = None,
    ) -> None:
        self.exercise = exercise
        self.script = handed_in.script
        self.student = student
        self.runs: dict[str, Run] = {}
        """All runs so far, by keys that identify what was asked for."""
        self._observers: list[dict[str, Run]] = []
        self.is_random = False
        self._flags: dict[Flag, None] = {}
        """What its runs have shown that no exercise needs."""
        self._was_computing = False
        """Whether a run has computed until its limit ended it."""
        self._seed = seed
        self._timeout = timeout
        self._handed_in = handed_in
        self._deadline = deadline
        self._trace_file = trace_file
        self._launch = launch
        self._launcher: Launcher | None = None

    def __repr__(self) -> str:
        return f"<submission {self.script}>"

    @cached_property
    def submitted(self) -> SubmissionFiles:
        """The files of the submission that are graded."""
        return self._handed_in.submitted(self.exercise)

    @property
    def isolation(self) -> str:
        """How well the program is confined, and by what; empty if it never ran."""
        confinement = self._confinement
        return f"{confinement.isolation} ({confinement.name})" if confinement else ""

    @property
    def is_weakly_isolated(self) -> bool:
        """Whether the program is confined by the weakest means."""
        return self._confinement is not None and self._confinement.isolation == "weak"

    @property
    def _confinement(self) -> Confinement | None:
        return None if self._launcher is None or self.submitted.problem else self._launcher.confinement

    @property
    def left_behind(self) -> dict[str, str]:
        """Files that were handed in and not graded, and why; empty if the program never ran."""
        return self.submitted.left_behind if self.runs else {}

    @property
    def integrity(self) -> list[Flag]:
        """What no exercise needs and a forger does, in the source and in the runs so far."""
        flags = [*of_source(self.submitted.files), *self._flags] if self.runs else []
        return [flag for flag in dict.fromkeys(flags) if flag.code not in self.exercise.allowed]

    @contextmanager
    def observing(self) -> Iterator[Mapping[str, Run]]:
        """Collect the runs that are asked for within the block, by their keys, in the order of the first request.

        Blocks may be nested: the outer one collects the runs of the inner one, too.
        """
        runs: dict[str, Run] = {}
        self._observers.append(runs)
        try:
            yield runs
        finally:
            self._observers.pop()

    def rest(self) -> None:
        """Store the traces of a class in their file."""
        if self._trace_file is not None:
            for run in self.runs.values():
                run.store(self._trace_file)

    @cached_property
    def seed(self) -> int:
        """The seed of everything random in the grading of this submission: the same wherever it is graded."""
        if self._seed is not None:
            return self._seed
        return _hashed("\0".join([self.exercise.slug, self.student, *self.submitted.source]))

    def rng(self, name: str) -> random.Random:
        """Return random numbers for the check `name`, which do not depend on other checks."""
        self.is_random = True
        return random.Random(f"{self.seed} {name}")  # noqa: S311  # reproducible, not secret

    @cached_property
    def _variation(self) -> dict[float, float] | None:
        """New delays for those of the program, drawn once: in the same order, and none above the longest.

        Each is a multiple of a tenth, a hundredth ... of a second, as coarse as possible.  None for a program that does
        not finish with its own delays: it would not finish with others.
        """
        _, plain = self._kept("run", None, argv=(), stdin="", vary=None)
        if plain.trace.outcome is not Outcome.FINISHED:
            return None
        _, varied = self._kept("run", None, argv=(), stdin="", vary={})
        delays = sorted(varied.trace.partial.delays)
        if not delays:
            return {}
        step = 10
        while int(delays[-1] * step) < 2 * len(delays):
            step *= 10
        drawn = sorted(self.rng("vary_sleeps").sample(range(1, int(delays[-1] * step) + 1), len(delays)))
        return {delay: number / step for delay, number in zip(delays, drawn, strict=True)}

    def _vary(self, given: Mapping[float, float] | Literal[True, False]) -> dict[float, float] | None:
        if given is True:
            return self._variation
        return dict(given) if given else None

    def run(
        self,
        *argv: str,
        stdin: str = "",
        timeout: float | None = None,
        vary_sleeps: bool | Mapping[float, float] = False,
    ) -> Trace:
        """Run the file as ``python FILE *argv`` would, with `stdin` as its standard input.

        `timeout` is in real seconds (default: the check's ``@pytest.mark.timeout``, else ``--grade-timeout``, else what
        ``exercise.toml`` says).  With `vary_sleeps` the program's own sleeps take other times: those of a mapping of
        seconds, or random ones, in the same order and none longer than the longest, which are the same in every run of
        a submission.  ``trace.varied`` is the mapping.
        """
        if not all(isinstance(arg, str) for arg in argv):
            msg = f"submission.run{shown(argv)}: the arguments of a program are strings"
            raise UsageError(msg)
        return self._do("run", timeout, argv=argv, stdin=stdin, vary=self._vary(vary_sleeps))

    def call(
        self,
        function: str,
        /,
        *args: Any,
        stdin: str = "",
        timeout: float | None = None,
        vary_sleeps: bool | Mapping[float, float] = False,
        returns: Any = Any,
        **kwargs: Any,
    ) -> Trace:
        """Call a function or coroutine function of the file; ``trace.result`` is what it returned, as plain data.

        Arguments are plain data too (None, bool, int, float, str, bytes, list, tuple, set, frozenset, dict).  `returns`
        is the shape that the result should have, as a type hint: ``list[int]``, ``dict[str, float | None]``.  If it has
        another one, the student is told so and the check is lost (WrongResultError).
        """
        self._check_plain(function, [*args, *kwargs.values()])
        vary = self._vary(vary_sleeps)
        trace = self._do("call", timeout, function=function, args=args, kwargs=kwargs, stdin=stdin, vary=vary)
        return _in_shape(trace, function, returns)

    def play(
        self,
        scenario: str,
        /,
        *,
        timeout: float | None = None,
        returns: Any = Any,
        told: str | None = None,
        **kwargs: Any,
    ) -> Trace:
        """Run a coroutine function of the grader's ``scenarios.py``: ``async def scenario(student, **kwargs)``.

        Its first argument is the student's module, so that it can pass live objects to it (a queue, a callback).
        `returns` is the shape that the scenario's result should have, as in `call`.  `told` says to the student what
        the scenario does (default: the first paragraph of its docstring); a name of an argument in braces, ``{words}``,
        is replaced by its value.
        """
        scenarios = self.exercise.grader / "scenarios.py"
        if not scenarios.is_file():
            msg = (
                f"submission.play({scenario!r}): there is no {scenarios}; define `async def {scenario}(student)` there"
            )
            raise UsageError(msg)
        self._check_plain(scenario, list(kwargs.values()))
        source = scenarios.read_bytes()
        known = scenario_of(source, scenario)
        said = filled(known.told if told is None else told, kwargs)
        trace = self._do("play", timeout, function=scenario, kwargs=kwargs, scenarios=source, told=said)
        return _in_shape(trace, scenario, returns)

    @staticmethod
    def _check_plain(function: str, values: list[Any]) -> None:
        for value in values:
            if any(isinstance(part, Opaque) for part in parts_of(value)):  # what the student's program has returned
                msg = f"{function}() cannot be called with {shown(value)}: a value like this was returned before"
                raise WrongResultError(msg)
            if not is_plain(value):
                msg = (
                    f"{function!r} cannot be given {shown(value)}: it runs in another process, so arguments are plain "
                    "data; to hand it a live object, write a scenario and submission.play() it"
                )
                raise UsageError(msg)

    def _do(self, kind: Any, timeout: float | None, **fields: Any) -> Trace:
        """Return the trace of a run, and let all observers know of the run."""
        key, run = self._kept(kind, timeout, **fields)
        for observed in self._observers:
            observed.setdefault(key, run)
        return run.trace

    def _kept(self, kind: Any, timeout: float | None, **fields: Any) -> tuple[str, Run]:
        """Return a run and its key; run the program if this is the first to ask for it."""
        limits = self.exercise.limits
        given = self._timeout() if timeout is None else checked_timeout(timeout, f"submission.{kind}: timeout")
        if given is not None:
            limits = replace(limits, wall_seconds=given)
        job = Job(self.submitted, kind, limits=limits, seed=_hashed(f"program {self.seed}"), **fields)
        key = sha256(json.dumps([kind, limits.wall_seconds, encode(fields)]).encode()).hexdigest()
        if key not in self.runs:
            trace = replace(self._run(job), ignored=self.exercise.ignored)
            self._flags |= dict.fromkeys(of_run(trace, self.submitted.script))
            uses = scenario_of(job.scenarios, job.function).uses if job.kind == "play" else (job.function,)
            self.runs[key] = Run(trace, job.function, tuple(filter(None, uses)))
        return key, self.runs[key]

    def _run(self, job: Job) -> Trace:
        if self._deadline is not None and self._deadline.is_over:
            return Trace(Outcome.TIMED_OUT, self._deadline.reason, Recording(), asked=job.asked)
        self._launcher = self._launcher or self._launch()
        if self._was_computing and (trace := self._run_briefly(job, self._launcher)):
            return trace
        trace = run_isolated(job, self._launcher)
        self._was_computing = self._was_computing or trace.was_computing
        return trace

    def _run_briefly(self, job: Job, launcher: Launcher) -> Trace | None:
        """Run a program that has computed up to its limit before with a smaller one, so that it does not cost another.

        Return None if it is over for another reason than computing.
        """
        less = replace(
            job.limits,
            wall_seconds=job.limits.wall_seconds * _SHARE_OF_LATER_RUNS,
            cpu_seconds=max(1, round(job.limits.cpu_seconds * _SHARE_OF_LATER_RUNS)),
        )
        trace = run_isolated(replace(job, limits=less), launcher)
        if trace.outcome is not Outcome.TIMED_OUT:
            return trace
        reason = f"{trace.reason} (less time than before, when it did not stop computing)"
        return replace(trace, reason=reason) if trace.was_computing else None


def _hashed(text: str) -> int:
    return int.from_bytes(sha256(text.encode("utf-8", "surrogatepass")).digest()[:4], "big")


def _in_shape(trace: Trace, function: str, shape: object) -> Trace:
    """Return a trace; WrongResultError if its result has another shape, UnfinishedRunError if there is no result."""
    if not is_shape(shape):
        msg = f"{function}: returns={shown(shape)} is no shape of plain data: write a type, as in returns=list[int]"
        raise UsageError(msg)
    if shape is not Any and (msg := complaint(function, trace.result, shape)):
        raise WrongResultError(msg)
    return trace
