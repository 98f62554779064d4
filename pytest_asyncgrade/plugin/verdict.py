"""From what pytest knows of a test's end to the result of a check.

Four outcomes, never merged: a failed assertion is the student's, a run that could not be judged is nobody's, anything
else that goes wrong in a grader is the grader's.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, NamedTuple

import pytest

from pytest_asyncgrade.grading import CheckResult, Failure, Verdict, pack_result
from pytest_asyncgrade.trace import Explanation, Outcome, UnfinishedRunError
from pytest_asyncgrade.trace.text import printable

from .marks import exercise_of, points_of

if TYPE_CHECKING:
    from pytest_asyncgrade.grading import Submission

    from .comparison import Comparison

ORDER = pytest.StashKey[int]()
"""Which check of all those collected it is: other plugins may run them in another order."""


_SECONDS = pytest.StashKey[float]()
"""Real seconds of a check until now: its fixtures, with the runs that they ask for, and its call."""


class Seen(NamedTuple):
    """What a check had before it: a submission, the keys of those of its runs, and the comparison that failed."""

    submission: Submission | None
    runs: tuple[str, ...]
    comparison: Comparison | None


def judge(
    item: pytest.Function,
    call: pytest.CallInfo[None],
    report: pytest.TestReport,
    seen: Seen,
) -> dict[str, str] | None:
    """Return a check's verdict and packed result, None as long as there is none (a set-up that went well)."""
    submission = seen.submission
    item.stash[_SECONDS] = (item.stash.get(_SECONDS, 0.0) if call.when != "setup" else 0.0) + report.duration
    if call.when != "call" and report.passed:
        return None
    points = points_of(item)
    verdict, failure = _judge(item, call, report, seen.comparison)
    if failure is not None and call.excinfo is not None and not isinstance(call.excinfo.value, UnfinishedRunError):
        failure = replace(failure, hint=points.hint)  # of a program that did not finish, the end is what to mend
    if failure is not None:
        text = failure.traceback or failure.rationale
        report.longrepr = "\n".join(map(printable, text.split("\n")))
    result = CheckResult(
        exercise=exercise_of(item).slug,
        student=submission.student if submission else "",
        name=_name(item),
        nodeid=item.nodeid,
        order=item.stash[ORDER],
        points=points,
        verdict=verdict,
        failure=failure,
        runs=seen.runs,
        duration=item.stash[_SECONDS],
    )
    return {"verdict": verdict.value, "packed": _packed(result, submission)}


def _packed(result: CheckResult, submission: Submission | None) -> str:
    if submission is None:
        return pack_result(result, {}, script="")
    return pack_result(
        result,
        {key: submission.runs[key] for key in result.runs},
        script=submission.script.name,
        path=str(submission.script.parent.resolve() / submission.script.name),
        isolation=submission.isolation,
        seed=submission.seed if submission.is_random else None,
        left_behind=submission.parcel.left_behind if submission.runs else {},
        withheld=submission.exercise.withheld,
    )


def _judge(
    item: pytest.Function, call: pytest.CallInfo[None], report: pytest.TestReport, comparison: Comparison | None
) -> tuple[Verdict, Failure | None]:
    if report.skipped:
        reason = report.longrepr[2] if isinstance(report.longrepr, tuple) else getattr(report, "wasxfail", "")
        return Verdict.NOT_RUN, Failure(str(reason).removeprefix("Skipped: ") or "it is expected to fail")
    if call.excinfo is None:
        return Verdict.PASSED, None
    error = call.excinfo.value
    if isinstance(error, UnfinishedRunError):
        not_runnable = error.trace.outcome is Outcome.NOT_RUNNABLE
        return (Verdict.NOT_RUN if not_runnable else Verdict.FAILED), Failure(error.trace.reason)
    if isinstance(error, AssertionError) and call.when != "teardown":
        return Verdict.FAILED, _explain(call.excinfo, comparison)
    if isinstance(error, pytest.fail.Exception) and call.when != "teardown" and not _is_unawaited(error):
        return Verdict.FAILED, Failure(str(error.msg))
    return Verdict.ERROR, Failure(f"{type(error).__name__}: {error}", traceback=_traceback(item, call.excinfo))


def _traceback(item: pytest.Item, excinfo: pytest.ExceptionInfo[BaseException]) -> str:
    """Return a traceback that begins in the grader: pytest's own frames say nothing to a teacher."""
    excinfo.traceback = excinfo.traceback.cut(path=item.path)
    return str(excinfo.getrepr(style="short", chain=False))


def _is_unawaited(error: Any) -> bool:
    """Tell whether pytest itself gave up on an ``async def`` check that no plugin runs."""
    return "async def functions are not natively supported" in str(error.msg)


def _explain(excinfo: pytest.ExceptionInfo[BaseException], comparison: Comparison | None) -> Failure:
    """Explain a failed assertion: by the teacher's own message, or by what was compared."""
    import ast  # for a failed check alone

    from pytest_asyncgrade.grading.explain import explain_values, failed_assert

    text = str(excinfo.value)
    message = text.partition("\nassert ")[0]
    if message and not message.startswith("assert "):
        return Failure(message)
    expression = failed_assert(excinfo.tb)
    explanation = comparison.explanation if comparison else None
    if comparison and explanation is None and isinstance(expression, ast.Compare):
        explanation = explain_values(comparison.op, comparison.left, comparison.right, expression)
    if explanation is None:
        what = ast.unparse(expression) if expression is not None else text.removeprefix("assert ")
        explanation = Explanation(f"this does not hold: {what}")
    return Failure(explanation.rationale, explanation.expected, explanation.actual)


def _name(item: pytest.Function) -> str:
    """Return a check's name: the first paragraph of its docstring, with its parameters but for the student."""
    doc = (item.obj.__doc__ or "").strip().partition("\n\n")[0]
    name = " ".join(doc.split()) or item.originalname.removeprefix("test_").replace("_", " ")
    params = item.callspec.params if hasattr(item, "callspec") else {}
    shown = ", ".join(f"{key}={value!r}" for key, value in params.items() if key[0] != "_" and key != "submission")
    return f"{name} [{shown}]" if shown else name
