"""The misconceptions that a run shows: what happened decides, the student's script says where and why.

The script alone never decides: a program that was right and looks odd has no finding.

`REGISTRY` is the one list of them.  A finding is one function there, and its name is the finding's kind.  The order is
that in which findings are told: those that explain others come first.  `docs/findings.md` and the tests follow it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from pytest_asyncgrade.trace.model import Finding

from .awaiting import coroutine_as_value, never_awaited
from .blocking import blocked_loop, busy_wait, idle_lock, slow_step
from .overlap import awaited_at_once, run_in_loop, sequential_runs
from .script import Script
from .sequence import sequential_awaits
from .tasks import deadlock, no_reference, swallowed_cancellation, unbounded
from .unseen import cleanup_cut_off, cut_off, left_running, lost_exception, unseen_exception
from .vain import not_called, thread_unsafe, useless_lock

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator

    from .diagnosis import Diagnosis
    from .evidence import Evidence

MOST = 10
"""Most findings of one run that are told."""


@dataclass(frozen=True, slots=True)
class Finder:
    """One kind of finding; an advisory one depends on the machine or on taste."""

    find: Callable[[Evidence, Script], Iterator[Diagnosis]]
    advisory: bool = False

    @property
    def kind(self) -> str:
        """What `Finding.kind` is called: the name of the function."""
        return self.find.__name__


REGISTRY = (
    Finder(coroutine_as_value),
    Finder(never_awaited),
    Finder(not_called),
    Finder(blocked_loop),
    Finder(slow_step, advisory=True),
    Finder(busy_wait),
    Finder(thread_unsafe),
    Finder(sequential_awaits),
    Finder(awaited_at_once),
    Finder(sequential_runs),
    Finder(run_in_loop),
    Finder(cut_off),
    Finder(left_running),
    Finder(cleanup_cut_off),
    Finder(no_reference, advisory=True),
    Finder(lost_exception),
    Finder(unseen_exception),
    Finder(swallowed_cancellation),
    Finder(idle_lock, advisory=True),
    Finder(useless_lock),
    Finder(unbounded, advisory=True),
    Finder(deadlock),
)
"""Every finding, in the order they are told."""

KINDS = tuple(finder.kind for finder in REGISTRY)
"""What `Finding.kind` can be, in the order they are told."""


def diagnose(run: Evidence, ignored: Collection[str] = ()) -> list[Finding]:
    """Return the findings of a run without the kinds `ignored`: at most one of each kind for each line."""
    script = Script.of(run.source)
    found: dict[tuple[str, object], Finding] = {}
    for finder in REGISTRY:
        if finder.kind not in ignored:
            for said in finder.find(run, script):
                finding = Finding(finder.kind, said.message, said.advice, said.place, finder.advisory)
                found.setdefault((finding.kind, finding.place), finding)
    return list(found.values())[:MOST]
