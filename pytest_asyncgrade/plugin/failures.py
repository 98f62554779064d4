"""What is told of an exception that ended a check: to the student what was lost, to the teacher where it was raised."""

from __future__ import annotations

import inspect
import os
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from pytest_asyncgrade.errors import AsyncgradeError
from pytest_asyncgrade.grading import Failure
from pytest_asyncgrade.grading.aspect import Aspect
from pytest_asyncgrade.libraries import LIBRARIES
from pytest_asyncgrade.trace import Explanation, WrongResultError
from pytest_asyncgrade.trace.plain import clipped, said_by, shown

from .check import BrokenCheckError

if TYPE_CHECKING:
    import ast
    from collections.abc import Iterator

    from _pytest._code.code import TracebackEntry  # what pytest.ExceptionInfo.traceback is made of, has no public name

    from pytest_asyncgrade.grading import Run

    from .comparison import Comparison

_NOT_THE_TEACHERS = (
    *LIBRARIES,
    *(f"{Path(inspect.getfile(thing)).parent}{os.sep}" for thing in (pytest.Item, AsyncgradeError)),
)
"""Folders of Python, of installed packages and of this one: their frames say nothing to a teacher."""
_LONGEST_MESSAGE = 5_000
"""Longest message of a teacher, perhaps with a student's value in it, in characters."""
_LONGEST_TRACEBACK = 10_000
"""Longest traceback for the teacher, in characters."""
_NO_REASON = "this check is lost; it does not say why"


def failed_assertions(error: BaseException) -> list[BaseException]:
    """Return the failed assertions that an exception or a group consists of; none if anything else is in it."""
    leaves = list(_leaves(error))
    return leaves if all(isinstance(leaf, AssertionError | pytest.fail.Exception) for leaf in leaves) else []


def _leaves(error: BaseException) -> Iterator[BaseException]:
    if isinstance(error, BaseExceptionGroup):
        for part in error.exceptions:
            yield from _leaves(part)
    else:
        yield error


def of_group(assertions: list[BaseException]) -> Failure:
    """Return the failure of a check with several failed assertions: what each says, once."""
    messages = dict.fromkeys(_message(one) or _NO_REASON for one in assertions)
    return Failure(clipped("; ".join(messages), _LONGEST_MESSAGE))


def of_assertion(excinfo: pytest.ExceptionInfo[BaseException], comparison: Comparison | None) -> Failure:
    """Explain a failed assertion: by the teacher's own message, or by what was compared."""
    from pytest_asyncgrade.grading.explain import failed_assert, looked_at, with_difference  # for a failed check alone

    if isinstance(excinfo.value, WrongResultError):
        return Failure(str(excinfo.value), about=Aspect.RESULT)
    expression = failed_assert(excinfo.tb)
    about, place = looked_at(expression, comparison)
    if message := _message(excinfo.value):
        told = with_difference(clipped(message, _LONGEST_MESSAGE), comparison, expression)
    else:
        told = _explanation(comparison, expression, str(excinfo.value))
    place = place or told.place
    return Failure(told.rationale, told.expected, told.actual, about=about, place=place, text=told.text)


def _explanation(comparison: Comparison | None, expression: ast.expr | None, asserted: str) -> Explanation:
    """Explain a failed assertion without a message."""
    import ast

    from pytest_asyncgrade.grading.explain import explain_values

    if comparison and comparison.explanation is not None:
        return comparison.explanation
    if comparison and isinstance(expression, ast.Compare):
        return explain_values(comparison.op, comparison.left, comparison.right, expression)
    what = ast.unparse(expression) if expression is not None else asserted.removeprefix("assert ")
    return Explanation(f"this does not hold: {what}" if what else _NO_REASON)


def _message(error: BaseException) -> str:
    """Return the message that a teacher gave to a failed assertion; empty if the only one is pytest's.

    pytest writes what was asserted below the message, and indents all its lines but the first.
    """
    if isinstance(error, pytest.fail.Exception):
        return str(error.msg)
    message, asserted, _ = str(error).partition("\nassert ")
    if asserted:
        return message.replace("\n  ", "\n")
    return "" if message.startswith("assert ") else message


def of_surprise(run: Run, error: str) -> Failure:
    """Return the failure of a check that could not cope with what its last run did: the student is told what that was.

    `error` tells the teacher where the check stumbled.
    """
    from pytest_asyncgrade.grading.explain import quoted_output  # for a failed check alone

    flag = f"this check stumbled over it; {error}"
    if run.function:
        value = shown(run.trace.result)
        said = f"{run.function}() returned {value}, which is not what it should return"
        return Failure(said, flag=flag, about=Aspect.RESULT)
    printed = quoted_output(run.trace.output)
    what = "what the program printed is not what it should print" if printed else "the program printed nothing"
    return Failure(what, actual=printed, flag=flag, about=Aspect.OUTPUT)


def of_grader(item: pytest.Function, excinfo: pytest.ExceptionInfo[BaseException]) -> Failure:
    """Say what is wrong with a grader: in one sentence if our errors or pytest's have one, else by the traceback."""
    error = excinfo.value
    if isinstance(error, BrokenCheckError):
        return Failure(str(error))
    if isinstance(error, AsyncgradeError):
        return Failure(f"{teachers_line(item, excinfo)}{error}")
    if isinstance(error, pytest.FixtureLookupError):
        return Failure(error.msg or f"{item.nodeid}: there is no fixture called {error.argname}")
    message = str(error.msg) if isinstance(error, pytest.fail.Exception) else said_by(error)
    return Failure(clipped(message, _LONGEST_MESSAGE), traceback=_traceback(item, excinfo))


def of_teardown(item: pytest.Function, excinfo: pytest.ExceptionInfo[BaseException]) -> Failure:
    """Say what is wrong with the teardown of a check's fixtures."""
    error = excinfo.value
    said = str(error) if isinstance(error, AsyncgradeError) else said_by(error).partition("\n")[0]
    return Failure(f"{teachers_line(item, excinfo)}what comes after this check broke: {said}")


def teachers_line(item: pytest.Item, excinfo: pytest.ExceptionInfo[BaseException]) -> str:
    """Return the line of a teacher's file that raised, as ``test_naps.py:7: ``; empty if it was raised elsewhere."""
    frames = [(Path(entry.path), entry.lineno + 1) for entry in excinfo.traceback if _is_a_teachers(entry)]
    if not frames:
        return ""
    folder = item.path.parent
    path, lineno = next((frame for frame in reversed(frames) if frame[0].is_relative_to(folder)), frames[-1])
    return f"{path.relative_to(folder) if path.is_relative_to(folder) else path.name}:{lineno}: "


def _is_a_teachers(entry: TracebackEntry) -> bool:
    return not str(entry.path).startswith(_NOT_THE_TEACHERS)


def _traceback(item: pytest.Item, excinfo: pytest.ExceptionInfo[BaseException]) -> str:
    """Return the teacher's part of a traceback; empty if there is none: then the exception has to say it all."""
    if isinstance(excinfo.value, BaseExceptionGroup):  # pytest shows all frames of a group, its own and ours, too
        return "\n".join([f"{teachers_line(item, excinfo)}{said_by(excinfo.value)}", *_parts(excinfo.value, "  ")])
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
