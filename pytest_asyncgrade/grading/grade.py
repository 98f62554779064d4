"""The grade, which the reports are made from: frozen plain data, except the traces of runs."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from .check import Verdict, tidy

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from pytest_asyncgrade.trace import Finding, Place, Trace

    from .check import CheckResult
    from .integrity import Flag
    from .runs import Run


@dataclass(frozen=True, slots=True)
class Work:
    """One student's graded work on one exercise: checks in the grader's order, runs by their keys."""

    exercise: str
    student: str
    script: str
    checks: tuple[CheckResult, ...]
    runs: Mapping[str, Run] = field(default_factory=dict)
    path: str = ""
    """The absolute path of the script; empty if it is not known."""
    isolation: str = ""
    """How well the program was confined, and by what; empty if it never ran."""
    seed: int | None = None
    """The seed of the random values in its grading; None if there were none."""
    left_behind: Mapping[str, str] = field(default_factory=dict)
    """Files that were handed in and not graded, and why."""
    withheld: int = 0
    """Points of checks that the teacher keeps and that were not judged here: they do not count."""
    integrity: tuple[Flag, ...] = ()
    """What no exercise needs and a forger does, for the teacher to look at; it costs no points."""
    is_weakly_isolated: bool = False
    """Whether the program was confined by the weakest means."""

    def runs_to_show(self, *, verbose: bool = False) -> list[Trace]:
        """Return the runs of checks that were not passed, with `verbose` of all, without those that show the same."""
        checks = [check for check in self.checks if check.verdict is not Verdict.PASSED or verbose]
        runs = [self.runs[key].trace for key in dict.fromkeys(key for check in checks for key in check.runs)]
        if not verbose:  # runs with other delays show much the same
            runs = [run for run in runs if not run.varied] or runs
        return [run for run in runs if run is _representative(run, runs)]

    def is_in_script(self, place: Place) -> bool:
        """Tell whether a line is one of the script, and not of another file that was handed in."""
        return all(run.script in {"", place.filename} for run in self.runs.values())

    @property
    def findings(self) -> list[Finding]:
        """The findings of the runs, each kind once for each line."""
        keys = dict.fromkeys(key for check in self.checks for key in check.runs)
        found = [finding for key in keys for finding in self.runs[key].findings]
        once = list({(finding.kind, finding.place): finding for finding in reversed(found)}.values())[::-1]
        placed = {finding.kind for finding in once if finding.place}
        return [finding for finding in once if finding.place or finding.kind not in placed]

    @property
    def score(self) -> int | float:
        """Points earned, bonus included."""
        return tidy(sum(check.score for check in self.checks))

    @property
    def max_score(self) -> int:
        """Points that could be earned, bonus not counted."""
        return sum(check.max_score for check in self.checks)


def _representative(run: Trace, runs: list[Trace]) -> Trace:
    """Return the representative of the runs that show the same as this one.

    A syntax error is shown once, whatever was run.  If nothing happened in several runs, the last one is shown: it is
    usually that of the whole program.
    """
    if run.outcome == "finished":
        return [other for other in runs if _is_empty(other)][-1] if _is_empty(run) else run
    if run.partial.output or run.partial.stderr:
        return run
    return next(other for other in runs if other.reason == run.reason)


def _is_empty(run: Trace) -> bool:
    recording = run.partial
    return run.outcome == "finished" and not (recording.output or recording.stderr or recording.elapsed)


@dataclass(frozen=True, slots=True)
class Grade:
    """Everything that was graded in one session."""

    works: tuple[Work, ...] = ()
    not_handed_in: tuple[str, ...] = ()
    """Exercises left out because no student handed in a file for them."""

    @property
    def score(self) -> int | float:
        """Points earned, bonus included, over all students and exercises."""
        return tidy(sum(work.score for work in self.works))

    @property
    def max_score(self) -> int:
        """Points that could be earned, bonus not counted, over all students and exercises."""
        return sum(work.max_score for work in self.works)

    @property
    def checks(self) -> Iterator[CheckResult]:
        """Every check, student by student."""
        return (check for work in self.works for check in work.checks)

    @property
    def students(self) -> tuple[str, ...]:
        """The students, in the order of their names."""
        return tuple(dict.fromkeys(work.student for work in self.works))

    @property
    def exercises(self) -> tuple[str, ...]:
        """The exercises, in the order they were graded."""
        return tuple(sorted(dict.fromkeys(work.exercise for work in self.works)))

    @property
    def isolations(self) -> tuple[str, ...]:
        """How the programs were confined, each way once."""
        return tuple(dict.fromkeys(work.isolation for work in self.works if work.isolation))

    @property
    def broken(self) -> bool:
        """Whether a check is in error: that is the grader's fault, and so the grade cannot be relied on."""
        return any(check.verdict is Verdict.ERROR for check in self.checks)

    @property
    def complete(self) -> bool:
        """Whether every point was earned, not counting a bonus."""
        return all(check.verdict is Verdict.PASSED or check.points.bonus for check in self.checks) and not self.broken
