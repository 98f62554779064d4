"""Finds the student's line that a lost check is about: every lost check has one, if the program has any line.

It is the line where the run ended, if it did not finish; else the one that printed the wrong line, the wait that ends
last, the creation of the tasks or the ``def`` of the function that was called, depending on what the check looked at.
"""

from __future__ import annotations

import ast
from itertools import zip_longest
from typing import TYPE_CHECKING

from pytest_asyncgrade.trace import Outcome, Place
from pytest_asyncgrade.trace.findings.script import Script

from .check import About, Verdict

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pytest_asyncgrade.trace import Trace

    from .check import CheckResult, Failure
    from .grade import Work
    from .runs import Run


def place_of(work: Work, check: CheckResult) -> Place | None:
    """Return the student's line that a lost check is about; None for one that is not lost, or without any run."""
    if check.verdict not in {Verdict.FAILED, Verdict.NOT_RUN} or check.failure is None:
        return None
    runs = [work.runs[key] for key in check.runs if key in work.runs]
    if check.failure.place is not None:
        return check.failure.place
    found = (place for run in reversed(runs) if (place := _unfinished_at(run.trace)))
    likely = (place for run in reversed(runs) for place in _likely(run, check.failure))
    anywhere = (place for run in reversed(runs) for place in _anywhere(run))
    return next((place for places in (found, likely, anywhere) for place in places if place is not None), None)


def _unfinished_at(trace: Trace) -> Place | None:
    if trace.outcome is Outcome.FINISHED:
        return None
    return trace.ended_at or (trace.exception.place if trace.exception else None)


def _likely(run: Run, failure: Failure) -> Iterator[Place | None]:
    """Yield the lines that what the check looked at leads to, the most likely first."""
    trace = run.trace
    if failure.about in {About.TIME, About.ORDER, About.TASKS}:
        yield next((finding.place for finding in run.telling if finding.place and not finding.advisory), None)
    if failure.about in {About.OUTPUT, About.ORDER}:
        yield from _printed(trace, failure)
    if failure.about is About.TIME:
        yield last_wait(trace)
    if failure.about is About.TASKS:
        yield next((span.place for span in trace.partial.tasks if span.place), None)


def _printed(trace: Trace, failure: Failure) -> Iterator[Place | None]:
    """Yield the line that printed the first line that is not as expected, else the one before what is missing."""
    before: Place | None = None
    for line, came, wanted in zip_longest(trace.partial.output, failure.actual, failure.expected):
        if line is None:
            break
        if came is None or wanted is None or came.text != wanted.text or wanted.moment not in {"", came.moment}:
            yield line.place
            break
        before = line.place
    yield before


def last_wait(trace: Trace) -> Place | None:
    """Return the student's line that waited, or blocked, until the end of a run."""
    recording = trace.partial
    ends = [(wait.end, wait.places[0]) for wait in recording.waits if wait.places and not wait.tasks]
    ends += [(stretch.end, stretch.place) for stretch in recording.blocked if stretch.place]
    return max(ends, key=lambda one: one[0])[1] if ends else None


def _anywhere(run: Run) -> Iterator[Place | None]:
    """Yield lines that belong to what was run: the function that was called, its main, whatever it did."""
    trace = run.trace
    yield next((place for one in trace.partial.unawaited if (place := definition(trace, one.coroutine))), None)
    yield next((place for name in run.uses if (place := definition(trace, name))), None)
    yield next((finding.place for finding in run.telling if finding.place), None)
    if run.uses:
        yield next((place for span in trace.partial.tasks if (place := definition(trace, span.title))), None)
        yield next((wait.places[-1] for wait in trace.partial.waits if wait.places), None)
        yield next((line.place for line in trace.partial.output if line.place), None)
    yield definition(trace, "main")
    yield _last_statement(trace)


def definition(trace: Trace, function: str) -> Place | None:
    """Return the line with the ``def`` of a function or a method, ``Shop.sell``; None if the script has none."""
    name = function.rpartition(".")[2]
    for node in Script.of(trace.source).nodes if name else ():
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef) and node.name == name:
            return Place(_script(trace), node.lineno, name)
    return None


def _last_statement(trace: Trace) -> Place | None:
    body = Script.of(trace.source).tree.body
    return Place(_script(trace), body[-1].lineno, "<module>") if body else None


def _script(trace: Trace) -> str:
    """Return the name of the script of a run, as its places have it."""
    recording = trace.partial
    places = [line.place for line in recording.output] + [span.place for span in recording.tasks]
    return next((place.filename for place in places if place), trace.asked.removeprefix("python ").partition(" ")[0])
