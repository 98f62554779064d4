"""Judges a check: from what pytest knows of a test's end to the result.

Four outcomes are never merged: a failed assertion is the student's fault, a run that could not be judged is nobody's,
and anything else that goes wrong in a grader is the grader's.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from types import ModuleType
from typing import TYPE_CHECKING

import pytest

from pytest_asyncgrade.grading import CheckResult, Failure, Verdict
from pytest_asyncgrade.grading.aspect import Aspect
from pytest_asyncgrade.grading.check import tidy
from pytest_asyncgrade.trace import Outcome, UnfinishedRunError
from pytest_asyncgrade.trace.plain import clipped, said_by
from pytest_asyncgrade.trace.text import printable

from . import failures
from .marks import earned_by, exercise_of, hint_of, name_of, points_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pytest_asyncgrade.grading import Run
    from pytest_asyncgrade.trace import Trace

    from .comparison import Comparison

ORDER = pytest.StashKey[int]()
"""Position of a check among all those collected: other plugins may run them in another order."""

_SECONDS = pytest.StashKey[float]()
"""Real seconds that a check has taken so far: its call, its fixtures, and the runs that they ask for."""
_STUMBLES = (
    ArithmeticError, AttributeError, LookupError, MemoryError, RecursionError, re.error, StopIteration, TypeError,
    UnboundLocalError, ValueError,
)  # fmt: skip
"""Exceptions of a check that expects another kind of value than the program has returned or printed."""


@dataclass(frozen=True, slots=True)
class Evidence:
    """What a check had before it: whose work, the runs it looked at, and the comparison that failed."""

    student: str
    runs: Mapping[str, Run] = field(default_factory=dict)
    comparison: Comparison | None = None


def judge(
    item: pytest.Function, call: pytest.CallInfo[None], report: pytest.TestReport, evidence: Evidence
) -> CheckResult | None:
    """Return the result of a check; None as long as there is none, after a set-up that went well.

    If judging fails, the result of this check says so, and the other checks are judged.
    """
    item.stash[_SECONDS] = (item.stash.get(_SECONDS, 0.0) if call.when != "setup" else 0.0) + report.duration
    if call.when != "call" and report.passed:
        return None
    try:
        verdict, failure = _verdict(item, call, report, evidence)
        if failure is not None and verdict is Verdict.FAILED:
            failure = replace(failure, hint=_hint(item, failure, evidence))
        return _result(item, report, evidence, verdict, failure)
    except Exception as error:  # noqa: BLE001  # whatever it is about, the other checks are to be judged
        failure = Failure(f"this check could not be judged: {said_by(error)}")
        return _result(item, report, replace(evidence, runs={}), Verdict.ERROR, failure)


def _hint(item: pytest.Function, failure: Failure, evidence: Evidence) -> str:
    """Return the hint that fits a failure: that of the error that ended the run, else the check's own."""
    traces = [run.trace for run in evidence.runs.values()]
    if failure.about is Aspect.RUN:
        ended = [trace for trace in traces if trace.outcome in {Outcome.CRASHED, Outcome.DEADLOCKED}]
        ended += [trace for trace in traces if trace.outcome is Outcome.TIMED_OUT and not trace.was_computing]
        if not ended or any(trace.exception and trace.exception.advice for trace in ended):
            return ""  # the reason has the advice
        if any(finding.kind == "deadlock" for trace in ended for finding in trace.diagnosis):
            return ""  # it has its own
    return hint_of(item, traces, failure.about)


def _result(
    item: pytest.Function,
    report: pytest.TestReport,
    evidence: Evidence,
    verdict: Verdict,
    failure: Failure | None,
) -> CheckResult:
    """Return the result, and let pytest's report say the same."""
    if failure is not None:
        text = failure.traceback or failure.rationale
        report.longrepr = "\n".join(map(printable, text.split("\n")))
    result = _bare_result(item, evidence.student, verdict, failure)
    earned = earned_by(item) or 0
    return replace(result, runs=tuple(evidence.runs), duration=item.stash[_SECONDS], earned=earned)


def never_begun(item: pytest.Function, student: str) -> CheckResult:
    """Return the result of a check that the session ended before."""
    return _bare_result(item, student, Verdict.NOT_RUN, Failure("the grading ended before this check"))


def _bare_result(item: pytest.Function, student: str, verdict: Verdict, failure: Failure | None) -> CheckResult:
    return CheckResult(
        exercise=exercise_of(item).slug,
        student=student,
        name=name_of(item),
        nodeid=item.nodeid,
        order=item.stash[ORDER],
        points=points_of(item),
        verdict=verdict,
        failure=failure,
    )


def _verdict(
    item: pytest.Function, call: pytest.CallInfo[None], report: pytest.TestReport, evidence: Evidence
) -> tuple[Verdict, Failure | None]:
    if report.skipped:
        reason = report.longrepr[2] if isinstance(report.longrepr, tuple) else getattr(report, "wasxfail", "")
        return Verdict.NOT_RUN, Failure(str(reason).removeprefix("Skipped: ") or "it is expected to fail")
    if call.excinfo is not None:
        return _blame(item, call.when, call.excinfo, evidence)
    if report.failed:
        return Verdict.ERROR, Failure(_strange(item, report))
    earned, points = earned_by(item), points_of(item)
    if earned is None or earned == points.points:
        return Verdict.PASSED, None
    return Verdict.FAILED, Failure(f"{tidy(earned)} of {points.points} points are earned")


def _strange(item: pytest.Function, report: pytest.TestReport) -> str:
    """Return why a check failed that raised nothing: it passed in spite of its mark, or a plugin failed it."""
    if item.get_closest_marker("xfail"):
        return "this check passed, and its mark xfail says that it cannot"
    return clipped(report.longreprtext.strip() or "a plugin of pytest failed this check without a reason")


def _blame(
    item: pytest.Function, when: str, excinfo: pytest.ExceptionInfo[BaseException], evidence: Evidence
) -> tuple[Verdict, Failure]:
    """Return whose fault an exception is, the student's or the grader's, and what to say of it."""
    error = excinfo.value
    if isinstance(error, UnfinishedRunError):
        return _unfinished(error.trace)
    line = failures.teachers_line(item, excinfo)
    lost = failures.failed_assertions(error) if line else []  # pytest itself fails what it cannot run
    if lost and (when != "teardown" or evidence.runs):
        alone = lost == [error]
        failure = failures.of_assertion(excinfo, evidence.comparison) if alone else failures.of_group(lost)
        return Verdict.FAILED, failure
    if when == "teardown":
        return Verdict.ERROR, failures.of_teardown(item, excinfo)
    if evidence.runs and _is_stumble(error):
        last = list(evidence.runs.values())[-1]
        if last.trace.outcome is not Outcome.FINISHED:
            return _unfinished(last.trace)
        return Verdict.FAILED, failures.of_surprise(last, f"{line}{said_by(error)}")
    return Verdict.ERROR, failures.of_grader(item, excinfo)


def _unfinished(trace: Trace) -> tuple[Verdict, Failure]:
    verdict = Verdict.NOT_RUN if trace.outcome is Outcome.NOT_RUNNABLE else Verdict.FAILED
    return verdict, Failure(trace.reason, about=Aspect.RUN)


def _is_stumble(error: BaseException) -> bool:
    """Tell whether a student's value can have caused an error; not one about a name, or about our own objects."""
    looked_at = getattr(error, "obj", None)
    ours = isinstance(looked_at, ModuleType) or type(looked_at).__module__.startswith("pytest_asyncgrade.")
    return isinstance(error, _STUMBLES) and not isinstance(error, pytest.FixtureLookupError) and not ours
