"""What to repair first: the few causes behind the checks that a work has lost, the one that explains most on top.

A cause is the end of a run that did not finish, a finding, or a lost check that nothing else explains.  What a run did
not finish for is certain; a finding explains a check only if it is of a kind that changes what the check looked at.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from pytest_asyncgrade.trace import Outcome
from pytest_asyncgrade.trace.deadlock import is_deadlocked, stuck_rows
from pytest_asyncgrade.trace.findings import KINDS

from .check import About, Verdict
from .places import place_of

if TYPE_CHECKING:
    from collections.abc import Iterable

    from pytest_asyncgrade.trace import Finding, Place, Trace
    from pytest_asyncgrade.trace.deadlock import StuckRow

    from .check import CheckResult
    from .grade import Work

_OVERLAP = {About.TIME, About.ORDER, About.TASKS, About.UNKNOWN}
_ANY = {*About} - {About.RUN}
_EXPLAINS = {
    "coroutine_as_value": _ANY, "never_awaited": _ANY, "not_called": _ANY, "thread_unsafe": _ANY,
    "swallowed_cancellation": _ANY, "lost_exception": _ANY - {About.TIME}, "unseen_exception": _ANY - {About.TIME},
    "cut_off": _ANY, "left_running": _ANY, "cleanup_cut_off": _ANY,
    "blocked_loop": _OVERLAP, "sequential_awaits": _OVERLAP, "awaited_at_once": _OVERLAP, "sequential_runs": _OVERLAP,
    "run_in_loop": _OVERLAP, "useless_lock": _OVERLAP, "busy_wait": {About.TIME, About.UNKNOWN},
}  # fmt: skip
"""What each kind of finding can change; a kind that is not here explains no lost check."""


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
    points: float = field(default=0, compare=False)
    """What the checks would earn, at most."""


def causes(work: Work) -> tuple[Cause, ...]:
    """Return what explains the lost checks of a work, what explains most of them first; empty if none is lost."""
    groups: dict[object, list[CheckResult]] = {}
    made: dict[object, Cause] = {}
    for check in work.checks:
        if check.verdict in {Verdict.FAILED, Verdict.NOT_RUN} and check.failure is not None:
            key, cause = _cause(work, check)
            groups.setdefault(key, []).append(check)
            made.setdefault(key, cause)
    found = [_with_checks(made[key], checks) for key, checks in groups.items()]
    return tuple(sorted(found, key=lambda cause: (-len(cause.checks), -cause.points)))


def _with_checks(cause: Cause, checks: Iterable[CheckResult]) -> Cause:
    from dataclasses import replace

    those = tuple(checks)
    return replace(cause, checks=those, points=sum(check.points.points - check.score for check in those))


def _cause(work: Work, check: CheckResult) -> tuple[object, Cause]:
    """Return what explains a lost check, and what tells it from other causes."""
    assert check.failure is not None
    runs = [work.runs[key] for key in check.runs if key in work.runs]
    broken = [run.trace for run in runs if run.trace.outcome is not Outcome.FINISHED]
    if broken and check.failure.about is About.RUN:
        return _of_run(work, broken[-1], check)
    for run in runs:
        kinds = [kind for kind in KINDS if check.failure.about in _EXPLAINS.get(kind, ())]
        findings = sorted((one for one in run.telling if one.kind in kinds), key=lambda one: kinds.index(one.kind))
        if findings:
            return _of_finding(findings[0], run.trace, place_of(work, check))
    return _of_check(work, check)


def _of_run(work: Work, trace: Trace, check: CheckResult) -> tuple[object, Cause]:
    assert check.failure is not None
    error = trace.exception
    place = place_of(work, check)
    telling = [one for one in trace.diagnosis if one.kind in {"coroutine_as_value", "never_awaited", "not_called"}]
    if trace.outcome is Outcome.CRASHED and telling and not (error and error.advice):
        return _of_finding(telling[0], trace, place, run_failed=True)
    stuck = tuple(stuck_rows(trace.partial)) if is_deadlocked(trace.outcome, trace.partial) else ()
    said = error.told if error and error.told and trace.outcome is Outcome.CRASHED else trace.reason
    locked = next((one for one in trace.diagnosis if one.kind == "deadlock"), None)
    if locked is not None:
        place = locked.place or place
    advices = [error.advice if error else "", locked.advice if locked else "", check.failure.hint]
    advice = next(filter(None, advices), "")
    where = place if trace.outcome is Outcome.DEADLOCKED else None  # an endless program may be seen anywhere
    key = said if trace.outcome is Outcome.CRASHED else (trace.outcome, where)
    return key, Cause(place, code_of(trace, place), said, advice, run=trace, stuck=stuck)


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
    return failure.rationale, Cause(place, code, failure.rationale, failure.hint, run=trace)


def code_of(trace: Trace, place: Place | None) -> str:
    """Return a line of the student's script without its indentation; empty if it is in another file."""
    if place is None or not 1 <= place.lineno <= len(trace.source):
        return ""
    return trace.source[place.lineno - 1].strip()
