"""Finds the student's line that a lost check is about: every lost check has one, if the program has any line.

It is the line where the run ended, if it did not finish; else the one that printed the wrong line, the wait that ends
last, the creation of the tasks or the ``def`` of the function that was called, depending on what the check looked at.
"""

from __future__ import annotations

import ast
import glob
import re
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING

from pytest_asyncgrade.trace import Outcome, Place
from pytest_asyncgrade.trace.deadlock import hangs_at
from pytest_asyncgrade.trace.findings import KINDS
from pytest_asyncgrade.trace.findings.script import Script

from .aspect import Aspect
from .check import Verdict

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pytest_asyncgrade.trace import Finding, Trace
    from pytest_asyncgrade.trace.model import TaskSpan

    from .check import CheckResult, Failure
    from .grade import Work
    from .runs import Run


_NAMED = re.compile(r"\b(\w+)\(|\b(__\w+__)\b")
"""A function or a method that a sentence names: ``send()``, ``__aexit__``."""
_QUOTED = re.compile(r"'[^']*'|\"[^\"]*\"|<[^>]*>")
"""What a sentence quotes of a student's."""
_OVERLAP = {Aspect.TIME, Aspect.ORDER, Aspect.TASKS, Aspect.UNKNOWN}
_FEWEST_LETTERS = 3
"""Letters and digits that a line of the script has in common with a text, at least, to be taken for what prints it."""
_MOST_PARTS = 50
"""A text that is made of more parts is not looked into."""
_ANY = {*Aspect} - {Aspect.RUN}
_EXPLAINS = {
    "coroutine_as_value": _ANY, "never_awaited": _ANY, "not_called": _ANY, "thread_unsafe": _ANY,
    "swallowed_cancellation": _ANY, "lost_exception": _ANY - {Aspect.TIME}, "unseen_exception": _ANY - {Aspect.TIME},
    "cut_off": _ANY, "left_running": _ANY, "cleanup_cut_off": _ANY,
    "blocked_loop": _OVERLAP, "sequential_awaits": _OVERLAP, "awaited_at_once": _OVERLAP, "sequential_runs": _OVERLAP,
    "run_in_loop": _OVERLAP, "useless_lock": _OVERLAP, "busy_wait": {Aspect.TIME, Aspect.UNKNOWN},
}  # fmt: skip
"""What each kind of finding can change; a kind that is not here explains no lost check."""


_MISTAKES = {"TypeError", "AttributeError", "NameError", "UnboundLocalError", "ValueError", "RuntimeError"}
"""Exceptions by which Python and asyncio tell of a mistake; not one that the program raises itself."""
_LIMITS = {"timeout", "timeout_at", "wait_for"}
"""Functions of asyncio that end a wait after some time."""


def explaining(run: Run, about: Aspect) -> Finding | None:
    """Return the finding that explains a check which looked at this and failed; None if none does."""
    kinds = [kind for kind in KINDS if about in _EXPLAINS.get(kind, ())]
    if about in _ANY and _has_time_limit(run.trace):  # which no blocking call heeds
        kinds = [kind for kind in KINDS if kind in {*kinds, "blocked_loop"}]
    return min((one for one in run.telling if one.kind in kinds), key=lambda one: kinds.index(one.kind), default=None)


def failing(run: Run) -> TaskSpan | None:
    """Return a task of the student's that failed by mistake, though nobody told: a scenario may have awaited it."""
    script = Script.of(run.trace.source)
    raised = {name for node in script.nodes if isinstance(node, ast.Raise) for name in _names(node)}
    for span in run.trace.partial.tasks:
        place = span.raised_at
        if span.ended == "failed" and place and span.error in _MISTAKES - raised and run.trace.script == place.filename:
            return span
    return None


def _names(node: ast.AST) -> set[str]:
    return {getattr(one, "id", getattr(one, "attr", "")) for one in ast.walk(node)}


def _has_time_limit(trace: Trace) -> bool:
    return bool(_names(Script.of(trace.source).tree) & _LIMITS)


def place_of(work: Work, check: CheckResult) -> Place | None:
    """Return the student's line that a lost check is about; None for one that is not lost, or without any run."""
    if check.verdict not in {Verdict.FAILED, Verdict.NOT_RUN} or check.failure is None:
        return None
    runs = [work.runs[key] for key in reversed(check.runs) if key in work.runs]
    return next(filter(None, _places(runs, check.failure)), None)


def _places(runs: list[Run], failure: Failure) -> Iterator[Place | None]:
    """Yield the lines that a failure may be about, the best first."""
    yield from (_unfinished_at(run.trace) for run in runs)
    yield from (finding.place for run in runs if (finding := explaining(run, failure.about)))
    yield from (span.raised_at for run in runs if (span := failing(run)))
    yield from (place for run in runs for place in _likely(run, failure))
    yield from (place for run in runs for place in _anywhere(run, failure))


def _unfinished_at(trace: Trace) -> Place | None:
    if trace.outcome is Outcome.FINISHED:
        return None
    place = trace.ended_at or (trace.exception.place if trace.exception else None)
    if place is None and trace.outcome is Outcome.FLOODED and trace.partial.output:
        return trace.partial.output[-1].place
    return hangs_at(trace.partial) if place is None and trace.outcome is Outcome.TIMED_OUT else place


def _likely(run: Run, failure: Failure) -> Iterator[Place | None]:
    """Yield the lines that what the check looked at leads to, the most likely first."""
    trace = run.trace
    yield _of_line(trace, failure)
    if failure.about is Aspect.TIME:
        yield last_wait(trace)
    if failure.about is Aspect.TASKS:
        yield next((span.place for span in trace.partial.tasks if span.place), None)


def _of_line(trace: Trace, failure: Failure) -> Place | None:
    """Return the line of the script that prints the line of the output which a failure is about, values left open.

    It is where that line was printed, if that is one of several; else what is known of the failure.
    """
    found = []
    for call in Script.of(trace.source).nodes if failure.text else ():
        if isinstance(call, ast.Call):
            found += [(weight, -node.lineno) for node, weight in _likenesses(call, failure.text)]
    if not found or (failure.place and (failure.place.lineno in {-line for _, line in found})):
        return failure.place
    return Place(trace.script, -max(found)[1], "")


def _likenesses(call: ast.Call, text: str) -> Iterator[tuple[ast.expr, int]]:
    """Yield the arguments of a call that can make a text, each with the number of its characters that it spells out."""
    for argument in call.args:
        parts = argument.values if isinstance(argument, ast.JoinedStr) else [argument]
        if weight := _weight(parts, "", text):
            yield argument, weight
    if isinstance(call.func, ast.Name) and call.func.id == "print" and (weight := _weight(call.args, " ", text)):
        yield call, weight


def _weight(parts: list[ast.expr], separator: str, text: str) -> int:
    """Return how many characters of a text are spelled out by these parts of it; 0 if they cannot make it."""
    spelled = [part.value if isinstance(part, ast.Constant) and isinstance(part.value, str) else None for part in parts]
    constants = [piece for piece in spelled if piece and piece in text]
    if sum(map(str.isalnum, "".join(constants))) < _FEWEST_LETTERS or len(parts) > _MOST_PARTS:
        return 0
    pattern = separator.join("*" if piece is None else glob.escape(piece) for piece in spelled)
    return sum(map(len, constants)) if fnmatchcase(text.rstrip(), pattern) else 0


def last_wait(trace: Trace) -> Place | None:
    """Return the student's line that waited, or blocked, until the end of a run."""
    recording = trace.partial
    ends = [(wait.end, wait.places[0]) for wait in recording.waits if wait.places and not wait.tasks]
    ends += [(stretch.end, stretch.place) for stretch in recording.blocked if stretch.place]
    return max(ends, key=lambda one: one[0])[1] if ends else None


def _anywhere(run: Run, failure: Failure) -> Iterator[Place | None]:
    """Yield lines that belong to what was run: the function that was called, its main, whatever it did."""
    trace = run.trace
    yield next((place for one in trace.partial.unawaited if (place := definition(trace, one.coroutine))), None)
    named = [name or method for name, method in _NAMED.findall(_QUOTED.sub("", failure.rationale))]
    told = [*(name for name in named if name in run.uses), *named, *run.uses]
    yield next((place for name in told if (place := definition(trace, name))), None)
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
