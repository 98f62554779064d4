"""Finds the student's line that a lost check is about: every lost check has one, if the program has any line.

It is the line where the run ended, if it did not finish; else the one that printed the wrong line, the wait that ends
last, the creation of the tasks or the ``def`` of the function that was called, depending on what the check looked at.
"""

from __future__ import annotations

import ast
from itertools import zip_longest
from typing import TYPE_CHECKING

from pytest_asyncgrade.trace import Outcome, Place
from pytest_asyncgrade.trace.findings import KINDS
from pytest_asyncgrade.trace.findings.script import Script

from .check import About, Verdict

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pytest_asyncgrade.trace import Finding, Trace

    from .check import CheckResult, Failure
    from .grade import Work
    from .runs import Run


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


def explaining(run: Run, about: About) -> Finding | None:
    """Return the finding that explains a check which looked at this and failed; None if none does."""
    kinds = [kind for kind in KINDS if about in _EXPLAINS.get(kind, ())]
    return min((one for one in run.telling if one.kind in kinds), key=lambda one: kinds.index(one.kind), default=None)


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
    finding = explaining(run, failure.about)
    yield finding.place if finding else None
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
            return Place(trace.script, node.lineno, name)
    return None


def _last_statement(trace: Trace) -> Place | None:
    body = Script.of(trace.source).tree.body
    return Place(trace.script, body[-1].lineno, "<module>") if body else None
