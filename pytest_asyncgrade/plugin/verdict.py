"""From what pytest knows of a test's end to the result of a check.

Four outcomes, never merged: a failed assertion is the student's, a run that could not be judged is nobody's, anything
else that goes wrong in a grader is the grader's.
"""

from __future__ import annotations

import inspect
import os
import re
from dataclasses import dataclass, field, replace
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING

import pytest

from pytest_asyncgrade.errors import AsyncgradeError
from pytest_asyncgrade.grading import CheckResult, Failure, Verdict
from pytest_asyncgrade.libraries import LIBRARIES
from pytest_asyncgrade.trace import Explanation, Outcome, UnfinishedRunError, WrongResultError
from pytest_asyncgrade.trace.plain import clipped, said_by, shown
from pytest_asyncgrade.trace.text import printable

from .check import BrokenCheckError
from .marks import exercise_of, points_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from _pytest._code.code import TracebackEntry  # what pytest.ExceptionInfo.traceback is made of, has no public name

    from pytest_asyncgrade.grading import Run, Submission
    from pytest_asyncgrade.trace import Trace

    from .comparison import Comparison

ORDER = pytest.StashKey[int]()
"""Which check of all those collected it is: other plugins may run them in another order."""


_SECONDS = pytest.StashKey[float]()
"""Real seconds of a check until now: its fixtures, with the runs that they ask for, and its call."""
_STUMBLES = (
    ArithmeticError, AttributeError, LookupError, MemoryError, RecursionError, re.error, StopIteration, TypeError,
    UnboundLocalError, ValueError,
)  # fmt: skip
"""What comes of a check that takes what a program did for something else."""
_INSIDES = (
    *LIBRARIES,
    *(f"{Path(inspect.getfile(thing)).parent}{os.sep}" for thing in (pytest.Item, AsyncgradeError)),
)
"""Folders of Python, of what is installed, and ours: their frames say nothing to a teacher."""
_LONGEST_MESSAGE = 5_000
"""Of a message that a teacher wrote, perhaps with a student's value in it, in characters."""
_LONGEST_TRACEBACK = 10_000
"""Of a traceback for the teacher, in characters."""
_NO_REASON = "this check is lost; it does not say why"


@dataclass(frozen=True, slots=True)
class Evidence:
    """Everything needed to judge one check: a submission, the runs it looked at, and the comparison that failed."""

    submission: Submission | None
    runs: Mapping[str, Run] = field(default_factory=dict)
    comparison: Comparison | None = None


def judge(
    item: pytest.Function,
    call: pytest.CallInfo[None],
    report: pytest.TestReport,
    seen: Evidence,
) -> CheckResult | None:
    """Return a check's result, None as long as there is none (a set-up that went well).

    If judging fails, that is what this check tells, and no other.
    """
    item.stash[_SECONDS] = (item.stash.get(_SECONDS, 0.0) if call.when != "setup" else 0.0) + report.duration
    if call.when != "call" and report.passed:
        return None
    try:
        return _judged(item, call, report, seen)
    except Exception as error:  # noqa: BLE001  # whatever it is about, the other checks are to be judged
        failure = Failure(f"this check could not be judged: {said_by(error)}")
        return _told(item, report, replace(seen, runs={}), Verdict.ERROR, failure)


def _judged(
    item: pytest.Function, call: pytest.CallInfo[None], report: pytest.TestReport, seen: Evidence
) -> CheckResult:
    verdict, failure = _judge(item, call, report, seen)
    if failure is not None and call.excinfo is not None and not isinstance(call.excinfo.value, UnfinishedRunError):
        hint = points_of(item).hint  # of a program that did not finish, the end is what to mend
        failure = replace(failure, hint=hint)
    return _told(item, report, seen, verdict, failure)


def _told(
    item: pytest.Function,
    report: pytest.TestReport,
    seen: Evidence,
    verdict: Verdict,
    failure: Failure | None,
) -> CheckResult:
    """Let pytest's report say what ours do, and return the result."""
    if failure is not None:
        text = failure.traceback or failure.rationale
        report.longrepr = "\n".join(map(printable, text.split("\n")))
    student = seen.submission.student if seen.submission else ""
    result = _result(item, student, verdict, failure)
    return replace(result, runs=tuple(seen.runs), duration=item.stash[_SECONDS])


def never_begun(item: pytest.Function, student: str) -> CheckResult:
    """Return the result of a check that the session ended before."""
    return _result(item, student, Verdict.NOT_RUN, Failure("the grading ended before this check"))


def _result(item: pytest.Function, student: str, verdict: Verdict, failure: Failure | None) -> CheckResult:
    return CheckResult(
        exercise=exercise_of(item).slug,
        student=student,
        name=_name(item),
        nodeid=item.nodeid,
        order=item.stash[ORDER],
        points=points_of(item),
        verdict=verdict,
        failure=failure,
    )


def _judge(
    item: pytest.Function, call: pytest.CallInfo[None], report: pytest.TestReport, seen: Evidence
) -> tuple[Verdict, Failure | None]:
    if report.skipped:
        reason = report.longrepr[2] if isinstance(report.longrepr, tuple) else getattr(report, "wasxfail", "")
        return Verdict.NOT_RUN, Failure(str(reason).removeprefix("Skipped: ") or "it is expected to fail")
    if call.excinfo is None:
        return (Verdict.ERROR, Failure(_strange(item, report))) if report.failed else (Verdict.PASSED, None)
    return _blame(item, call.when, call.excinfo, seen)


def _strange(item: pytest.Function, report: pytest.TestReport) -> str:
    """Return why a check failed that raised nothing: it passed against its mark, or a plugin says so."""
    if item.get_closest_marker("xfail"):
        return "this check passed, and its mark xfail says that it cannot"
    return clipped(report.longreprtext.strip() or "a plugin of pytest failed this check without a reason")


def _blame(
    item: pytest.Function, when: str, excinfo: pytest.ExceptionInfo[BaseException], seen: Evidence
) -> tuple[Verdict, Failure]:
    """Return whose fault an exception is, the student's or the grader's, and what to say of it."""
    error = excinfo.value
    if isinstance(error, UnfinishedRunError):
        return _unfinished(error.trace)
    lost = list(_failures(error)) if _place(item, excinfo) else []  # pytest itself fails what it cannot run
    if lost and (when != "teardown" or seen.runs):
        return Verdict.FAILED, _explain(excinfo, seen.comparison) if lost == [error] else Failure(_said(lost))
    if when == "teardown":
        said = str(error) if isinstance(error, AsyncgradeError) else said_by(error).partition("\n")[0]
        return Verdict.ERROR, Failure(f"{_place(item, excinfo)}what comes after this check broke: {said}")
    if seen.submission and seen.runs and _is_stumble(error):
        return _stumbled(list(seen.runs.values())[-1], f"{_place(item, excinfo)}{said_by(error)}")
    return Verdict.ERROR, _mistake(item, excinfo)


def _failures(error: BaseException) -> Iterator[BaseException]:
    """Yield the failed assertions that an exception is, or a group is made of; none if anything else is in it."""
    leaves = list(_leaves(error))
    if all(isinstance(leaf, AssertionError | pytest.fail.Exception) for leaf in leaves):
        yield from leaves


def _leaves(error: BaseException) -> Iterator[BaseException]:
    if isinstance(error, BaseExceptionGroup):
        for part in error.exceptions:
            yield from _leaves(part)
    else:
        yield error


def _said(failures: list[BaseException]) -> str:
    """Return what the failed assertions of a group say, each once."""
    return clipped("; ".join(dict.fromkeys(_message(one) or _NO_REASON for one in failures)), _LONGEST_MESSAGE)


def _mistake(item: pytest.Function, excinfo: pytest.ExceptionInfo[BaseException]) -> Failure:
    """Say what is wrong with a grader, in one sentence if there is one; else by where it was raised."""
    error = excinfo.value
    if isinstance(error, BrokenCheckError):
        return Failure(str(error))
    if isinstance(error, AsyncgradeError):
        return Failure(f"{_place(item, excinfo)}{error}")
    if isinstance(error, pytest.FixtureLookupError):
        return Failure(error.msg or f"{item.nodeid}: there is no fixture called {error.argname}")
    said = str(error.msg) if isinstance(error, pytest.fail.Exception) else said_by(error)
    return Failure(clipped(said, _LONGEST_MESSAGE), traceback=_traceback(item, excinfo))


def _unfinished(trace: Trace) -> tuple[Verdict, Failure]:
    return Verdict.NOT_RUN if trace.outcome is Outcome.NOT_RUNNABLE else Verdict.FAILED, Failure(trace.reason)


def _is_stumble(error: BaseException) -> bool:
    """Tell whether an error can come of a student's value; one about a name, or about our own objects, cannot."""
    looked_at = getattr(error, "obj", None)
    ours = isinstance(looked_at, ModuleType) or type(looked_at).__module__.startswith("pytest_asyncgrade.")
    return isinstance(error, _STUMBLES) and not isinstance(error, pytest.FixtureLookupError) and not ours


def _stumbled(run: Run, error: str) -> tuple[Verdict, Failure]:
    """Return the failure of a check that could not cope with what its last run did: the student is told what that was.

    The teacher is told where the check stumbled.
    """
    trace = run.trace
    if trace.outcome is not Outcome.FINISHED:
        return _unfinished(trace)
    flag = f"this check stumbled over it; {error}"
    if run.function:
        value = shown(trace.result)
        rationale = f"{run.function}() returned {value}, which is not what it should return"
        return Verdict.FAILED, Failure(rationale, flag=flag)
    from pytest_asyncgrade.grading.explain import quoted_output  # for a failed check alone

    printed = quoted_output(trace.output)
    what = "what the program printed is not what it should print" if printed else "the program printed nothing"
    return Verdict.FAILED, Failure(what, actual=printed, flag=flag)


def _place(item: pytest.Item, excinfo: pytest.ExceptionInfo[BaseException]) -> str:
    """Return where in a teacher's file something was raised, as ``test_naps.py:7: ``; empty if it was elsewhere."""
    frames = [(Path(entry.path), entry.lineno + 1) for entry in excinfo.traceback if _is_a_teachers(entry)]
    if not frames:
        return ""
    path, lineno = next((one for one in reversed(frames) if one[0].is_relative_to(item.path.parent)), frames[-1])
    return f"{path.relative_to(item.path.parent) if path.is_relative_to(item.path.parent) else path.name}:{lineno}: "


def _is_a_teachers(entry: TracebackEntry) -> bool:
    return not str(entry.path).startswith(_INSIDES)


def _traceback(item: pytest.Item, excinfo: pytest.ExceptionInfo[BaseException]) -> str:
    """Return a traceback of the teacher's files; empty if it was raised by others: the exception alone tells then."""
    if isinstance(excinfo.value, BaseExceptionGroup):  # pytest shows all frames of a group, its own and ours, too
        return "\n".join([f"{_place(item, excinfo)}{said_by(excinfo.value)}", *_parts(excinfo.value, "  ")])
    excinfo.traceback = excinfo.traceback.filter(_is_a_teachers)
    if not excinfo.traceback:
        return ""
    text = str(excinfo.getrepr(style="short", chain=False))
    return clipped("\n".join(map(clipped, text.split("\n"))), _LONGEST_TRACEBACK)


def _parts(group: BaseExceptionGroup[BaseException], indent: str) -> Iterator[str]:
    for part in group.exceptions:
        yield f"{indent}{said_by(part)}"
        if isinstance(part, BaseExceptionGroup):
            yield from _parts(part, f"{indent}  ")


def _explain(excinfo: pytest.ExceptionInfo[BaseException], comparison: Comparison | None) -> Failure:
    """Explain a failed assertion: by the teacher's own message, or by what was compared."""
    import ast  # for a failed check alone

    from pytest_asyncgrade.grading.explain import explain_values, failed_assert

    if isinstance(excinfo.value, WrongResultError):
        return Failure(str(excinfo.value))
    if message := _message(excinfo.value):
        return Failure(clipped(message, _LONGEST_MESSAGE))
    expression = failed_assert(excinfo.tb)
    explanation = comparison.explanation if comparison else None
    if comparison and explanation is None and isinstance(expression, ast.Compare):
        explanation = explain_values(comparison.op, comparison.left, comparison.right, expression)
    if explanation is None:
        what = ast.unparse(expression) if expression is not None else str(excinfo.value).removeprefix("assert ")
        explanation = Explanation(f"this does not hold: {what}" if what else _NO_REASON)
    return Failure(explanation.rationale, explanation.expected, explanation.actual)


def _message(error: BaseException) -> str:
    """Return the message that a teacher gave to a failed assertion, empty if there is none but pytest's.

    pytest writes what was asserted below it, and indents the lines of a message, but for the first.
    """
    if isinstance(error, pytest.fail.Exception):
        return str(error.msg)
    message, asserted, _ = str(error).partition("\nassert ")
    if asserted:
        return message.replace("\n  ", "\n")
    return "" if message.startswith("assert ") else message


def _name(item: pytest.Function) -> str:
    """Return a check's name: the first paragraph of its docstring, with its parameters but for the student."""
    doc = (item.obj.__doc__ or "").strip().partition("\n\n")[0]
    name = " ".join(doc.split()) or item.originalname.removeprefix("test_").replace("_", " ")
    params = item.callspec.params if hasattr(item, "callspec") else {}
    given = [f"{key}={shown(value)}" for key, value in params.items() if key[0] != "_" and key != "submission"]
    return f"{name} [{', '.join(given)}]" if given else name
