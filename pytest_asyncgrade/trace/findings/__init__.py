"""The misconceptions that a run shows: each from what happened, and the student's source to say where and why.

What happened decides; the source alone never does.  A program that was right and looks odd has no finding.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from pytest_asyncgrade.trace.model import KINDS

from .awaiting import coroutine_as_value, never_awaited
from .blocking import blocked_loop, busy_wait, idle_lock, slow_step
from .overlap import awaited_at_once, run_in_loop, sequential_runs
from .sequence import sequential_awaits
from .source import Source
from .tasks import deadlock, no_reference, swallowed_cancellation, unbounded
from .unseen import cleanup_cut_off, cut_off, left_running, lost_exception, unseen_exception
from .vain import not_called, thread_unsafe, useless_lock

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from pytest_asyncgrade.trace.model import Finding, Trace

MOST = 10
"""How many findings of one run are told."""

_FINDERS: tuple[Callable[[Trace, Source], Iterator[Finding]], ...] = (
    coroutine_as_value,
    never_awaited,
    not_called,
    blocked_loop,
    slow_step,
    busy_wait,
    thread_unsafe,
    idle_lock,
    useless_lock,
    sequential_awaits,
    awaited_at_once,
    sequential_runs,
    run_in_loop,
    cut_off,
    left_running,
    cleanup_cut_off,
    no_reference,
    lost_exception,
    unseen_exception,
    swallowed_cancellation,
    unbounded,
    deadlock,
)


def find(trace: Trace) -> list[Finding]:
    """Return the findings of a run, those first that explain others; each line of the student's once of a kind."""
    source = Source.of(trace.source)
    found: dict[tuple[str, object], Finding] = {}
    for finder in _FINDERS:
        for finding in finder(trace, source):
            found.setdefault((finding.kind, finding.place), finding)
    wanted = [finding for finding in found.values() if finding.kind not in trace.ignored]
    return sorted(wanted, key=lambda finding: KINDS.index(finding.kind))[:MOST]
