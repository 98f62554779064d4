"""What to repair first: the few causes behind the checks that a work has lost, the one that explains most on top.

A cause is the end of a run that did not finish, a finding, or a lost check that nothing else explains.  What a run did
not finish for is certain; a finding explains a check only if it is of a kind that changes what the check looked at.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from pytest_asyncgrade.trace import Outcome
from pytest_asyncgrade.trace.deadlock import stuck_rows

from .aspect import Aspect
from .check import Verdict
from .places import explaining, failing, place_of

if TYPE_CHECKING:
    from pytest_asyncgrade.trace import Finding, Place, Trace
    from pytest_asyncgrade.trace.deadlock import StuckRow

    from .check import CheckResult
    from .grade import Work

_TELLING = frozenset({"coroutine_as_value", "never_awaited", "not_called"})
"""Kinds of findings that explain an exception better than its message does."""

_ADDRESS = re.compile(r"0x[0-9a-f]+")
_ENDLESS = frozenset({Outcome.TIMED_OUT, Outcome.FLOODED})


@dataclass(frozen=True, slots=True)
class Cause:
    """One thing to repair: what happened on which line, the way out, and the checks that are lost for this reason."""

    place: Place | None
    code: str
    """The student's line, without its indentation; empty if it is not known."""
    what: str
    advice: str = ""
    checks: tuple[CheckResult, ...] = ()
    run: Trace | None = None
    """The run that shows it."""
    stuck: tuple[StuckRow, ...] = ()
    """Who waits for what, if it is a deadlock."""
    is_certain: bool = True
    """Whether the checks are certainly lost for this reason."""

    @property
    def points(self) -> float:
        """What the checks would earn."""
        return sum(check.points.points - check.score for check in self.checks)


def causes(work: Work) -> tuple[Cause, ...]:
    """Return what explains the lost checks of a work, what explains most of them first; empty if none is lost."""
    groups: dict[object, list[CheckResult]] = {}
    made: dict[object, Cause] = {}
    for check in work.checks:
        if check.verdict in {Verdict.FAILED, Verdict.NOT_RUN} and check.failure is not None:
            key, cause = _cause(work, check)
            groups.setdefault(key, []).append(check)
            made.setdefault(key, cause)
    found = [(key, replace(made[key], checks=tuple(checks))) for key, checks in groups.items()]
    found.sort(key=lambda one: (-len(one[1].checks), _is_plain(one[0]), -one[1].points))
    return tuple(cause for _, cause in found)


def _is_plain(key: object) -> bool:
    """Tell whether a cause is no more than a check that was lost: then another may say more."""
    return isinstance(key, tuple) and key[0] == "check"


def _cause(work: Work, check: CheckResult) -> tuple[object, Cause]:
    """Return what explains a lost check, and what tells it from other causes."""
    assert check.failure is not None
    runs = [work.runs[key] for key in check.runs if key in work.runs]
    broken = [run.trace for run in runs if run.trace.outcome is not Outcome.FINISHED]
    if broken and check.failure.about is Aspect.RUN:
        return _of_run(work, broken[-1], check)
    for run in runs:
        if finding := explaining(run, check.failure.about):
            return _of_finding(finding, run.trace, place_of(work, check))
    if failed := next(filter(None, map(failing, runs)), None):
        what = f"{failed.title}() raised {failed.failure}, which ended its task"
        code = code_of(runs[0].trace, failed.raised_at)
        hint = "" if failed.message else check.failure.hint  # what the exception says fits better
        cause = Cause(failed.raised_at, code, what, hint, run=runs[0].trace)
        return ("failed", failed.raised_at), replace(cause, is_certain=False)
    return _of_check(work, check)


def _of_run(work: Work, trace: Trace, check: CheckResult) -> tuple[object, Cause]:
    assert check.failure is not None
    place, hint = place_of(work, check), check.failure.hint
    match trace.outcome:
        case Outcome.DEADLOCKED:
            return _of_deadlock(trace, place, hint)
        case Outcome.CRASHED if trace.exception is not None:
            error = trace.exception
            telling = [one for one in trace.diagnosis if one.kind in _TELLING]
            if telling and not error.advice:
                return _of_finding(telling[0], trace, place, run_failed=True)
            cause = Cause(place, code_of(trace, place), error.told or trace.reason, error.advice or hint, run=trace)
            return (trace.outcome, error.type, error.advice or _ADDRESS.sub("", cause.what)), cause
        case outcome:  # where an endless program is seen, and whether its time or its output is over first, is chance
            key = "endless" if outcome in _ENDLESS else outcome
            return key, Cause(place, code_of(trace, place), trace.reason, hint, run=trace)


def _of_deadlock(trace: Trace, place: Place | None, hint: str) -> tuple[object, Cause]:
    found = next((one for one in trace.diagnosis if one.kind == "deadlock"), None)  # none if the exercise ignores it
    place = (found.place if found else None) or place
    what, advice = (found.message, found.advice) if found else (trace.reason, hint)
    stuck = tuple(stuck_rows(trace.partial, trace.script))
    return (trace.outcome, place), Cause(place, code_of(trace, place), what, advice, run=trace, stuck=stuck)


def _of_finding(
    finding: Finding, trace: Trace, otherwise: Place | None, *, run_failed: bool = False
) -> tuple[object, Cause]:
    place = finding.place or otherwise
    cause = Cause(place, code_of(trace, place), finding.message, finding.advice, run=trace, is_certain=run_failed)
    return (finding.kind, finding.place), cause


def _of_check(work: Work, check: CheckResult) -> tuple[object, Cause]:
    failure, place = check.failure, place_of(work, check)
    assert failure is not None
    trace = next((work.runs[key].trace for key in reversed(check.runs) if key in work.runs), None)
    code = code_of(trace, place) if trace else ""
    return ("check", failure.rationale), Cause(place, code, failure.rationale, failure.hint, run=trace)


def code_of(trace: Trace, place: Place | None) -> str:
    """Return a line of the student's script without its indentation; empty if it is in another file."""
    if place is None or trace.script not in {"", place.filename} or not 1 <= place.lineno <= len(trace.source):
        return ""
    return trace.source[place.lineno - 1].strip()
