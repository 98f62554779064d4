"""The grader of a new exercise: the text of its ``test_*.py``, written from what its solution did.

It asks for the lines, their moments, the duration, and that the functions do the work.
"""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING

from pytest_asyncgrade.trace.output import innermost

from .survivors import literal

if TYPE_CHECKING:
    from pytest_asyncgrade.trace import Trace

_KINDS = ("never_awaited", "blocked_loop", "busy_wait", "cut_off", "swallowed_cancellation")


def grader(name: str, trace: Trace, asserts: tuple[str, ...] = ()) -> str:
    """Return the grader of a program that did this; `asserts` are added to those that every grader has."""
    texts = [line.text for line in trace.output]
    said = f"these {len(texts)} lines" if len(texts) > 1 else "this line"
    kinds = [kind for kind in _KINDS if kind not in {finding.kind for finding in trace.diagnosis}]
    work = _work_of(trace, asserts)
    moments = _moments(trace, 3 if work else 4)
    matchers = [
        "at",
        "exactly",
        "in_any_order",
        *(name for name in ("in_order", "lines") if f"{name}(" in moments + work),
    ]
    return f'''"""Grades `{name}`."""

import pytest

from pytest_asyncgrade import Submission, Trace, {", ".join(matchers)}


@pytest.fixture(scope="module")
def trace(submission: Submission) -> Trace:
    """Run the whole program."""
    return submission.run()


@pytest.mark.points(3)
def test_lines(trace: Trace) -> None:
    """The program prints {said}, and nothing else."""
    assert trace.output == exactly(
        {", ".join(map(repr, texts))}
    )  # fmt: skip


{moments}
@pytest.mark.points(2, hint="TODO: what makes the program take longer?")
def test_duration(trace: Trace) -> None:
    """The program takes {literal(trace.elapsed)} s."""
    assert trace.elapsed == {literal(trace.elapsed)}


@pytest.mark.points(1, hint="await every coroutine, and wait with asyncio.sleep")
def test_nothing_goes_wrong(trace: Trace) -> None:
    """No wait stops the event loop, and all that is started comes to its end."""
    assert trace.found({", ".join(map(repr, kinds))}) == []
{work}'''


def _moments(trace: Trace, points: int) -> str:
    """Return the check that each line comes at its moment."""
    moments = [
        f"        {', '.join(f'at({literal(time)}, {line.text!r})' for line in group)},"
        for time, group in groupby(trace.output, key=lambda line: float(line.time))
    ]
    order = _sequence(trace)
    told = ", and those of one task in their order" if order else ""
    return f'''@pytest.mark.points({points}, hint="TODO: what makes lines come too late, or too early?")
def test_moments(trace: Trace) -> None:
    """Each line comes at its moment{told}; else the order of one moment does not matter."""
    assert trace.output == in_any_order(
{chr(10).join(moments)}
    )  # fmt: skip{order}

'''


def _sequence(trace: Trace) -> str:
    """Return the assertions on the order of the first task's lines, and on the last line if it is one of them."""
    output, said = trace.output, ""
    own = [line.text for line in output if line.task is not None and line.task == _first(trace)]
    if len(own) > 1:
        said += f"\n    assert trace.output == in_order({', '.join(map(repr, own))})"
    last = output[-1]
    if last.text in own and output.texts.count(last.text) == 1:
        said += f"\n    assert trace.output[-1:] == lines(at({literal(last.time)}, {last.text!r}))"
    return said


def _first(trace: Trace) -> int | None:
    """Return the number of the task that runs all; None if there is none."""
    return next((span.number for span in trace.tasks if span.parent is None), None)


def _functions(trace: Trace) -> list[str]:
    """Return the names of the script's functions that wait, but for the one that the first task runs."""
    waits = (wait.places[0] for wait in trace.waits if wait.places and wait.places[0].filename == trace.script)
    names = dict.fromkeys(innermost(place.function) for place in waits)
    first = {innermost(span.coroutine) for span in trace.tasks if span.number == _first(trace)}
    return [name for name in names if name.isidentifier() and name not in first]


def _work_of(trace: Trace, more: tuple[str, ...]) -> str:
    """Return the check that the functions do the work, so that lines printed by a timetable are not enough.

    It is empty if the first task alone does all of it and there is nothing more to assert.
    """
    main = next((innermost(span.coroutine) for span in trace.tasks if span.number == _first(trace)), "")
    own, functions = len(trace.output.by(main)), _functions(trace)
    asserts = []
    if functions:
        asserts.append(f"    for function in {tuple(functions)!r}:")
        asserts.append('        assert trace.waits_in(function), f"{function}() is not called, or does not wait"')
    if trace.max_concurrency > 1 and not any("max_concurrency" in one for one in more):
        asserts.append(f"    assert trace.max_concurrency >= {trace.max_concurrency}")
    if main and own < len(trace.output):
        asserts.append(f'    assert len(trace.output.by("{main}")) <= {own}, "{main}() prints what others should"')
    if more:
        asserts.append("    # what no other check notices; remove what does not matter")
        asserts += [f"    {one}" for one in more]
    body = "\n".join(asserts)
    return (
        body
        and f'''

@pytest.mark.points(1, hint="TODO: which function does what?")
def test_functions_do_the_work(trace: Trace) -> None:
    """Each function does its own part: it waits, and prints its lines."""
{body}
'''
    )
