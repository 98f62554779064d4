"""Waits one after the other that could have overlapped.

The trace finds them: in one call of a function, awaited calls follow each other without a gap, each waits for time
only, and there is no other task to give way to.  The script only suppresses a finding: where a call may use what an
earlier one returned, or the calls may be the ordered steps of one job.
"""

from __future__ import annotations

import ast
import re
from collections import defaultdict
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

from pytest_asyncgrade.trace.model import WaitsFor
from pytest_asyncgrade.trace.plain import number
from pytest_asyncgrade.trace.text import short

from .diagnosis import Diagnosis
from .script import place_of_line

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pytest_asyncgrade.trace.model import TaskSpan, Wait

    from .evidence import Evidence
    from .script import Script

_ENOUGH = 2
"""Least waits one after the other that are reported."""
_MOST_TERMS = 6
_STEPS = frozenset({"step", "stage", "phase", "round", "level"})
"""Names of functions that are the ordered steps of one job."""
_IN_ORDER = frozenset({"send", "write", "execute"})
"""Names of methods whose order matters to their object: a connection, a file, a transaction."""
_ON_PURPOSE = re.compile(r"(^|_)(sequential|serial)(ly)?(_|$)|one_by_one|one_after_(the_)?other")
"""Names of functions that wait one after the other on purpose, to demonstrate it."""


@dataclass(slots=True)
class Step:
    """One awaited call in a call of a function: its expression, its function, its start and its end."""

    node: ast.Await
    function: str
    task: int
    start: float
    end: float
    awaited: frozenset[int] = frozenset()
    """The numbers of the tasks it waits for."""
    pure: bool = True
    """It waits for time only, its awaited tasks aside."""
    batch: bool = False
    """It waits for several tasks at once."""

    @property
    def seconds(self) -> float:
        """How long it waits."""
        return round(self.end - self.start, 9)

    @property
    def name(self) -> str:
        """The last part of the function's name."""
        return self.function.rpartition(".")[2]


class Steps:
    """The awaited calls of a run, by the call that they are made in."""

    def __init__(self, run: Evidence, script: Script) -> None:
        self._script = script
        self.spans = {span.number: span for span in run.partial.tasks}
        self.waits = [wait for wait in run.partial.waits if wait.end > wait.start]
        self._of_task: defaultdict[int, list[Wait]] = defaultdict(list)
        for wait in self.waits:
            self._of_task[wait.task].append(wait)
        self._blocked = [(stretch.start, stretch.end) for stretch in run.partial.blocked]
        self.by_call: defaultdict[int, dict[object, Step]] = defaultdict(dict)
        for wait in self.waits:
            self._add(wait)

    def _add(self, wait: Wait) -> None:
        """Add a wait, as a step of every call that it is in."""
        links = list(zip(wait.places, wait.calls, strict=False))
        for (inner, call), (outer, around) in pairwise(links):
            self._note(around.number, call.number, (outer.lineno, around.column), inner.function, wait)
        if links and len(wait.tasks) == 1 and (span := self.spans.get(wait.tasks[0])):
            outer, around = links[0]
            if span.parent == wait.task and span.start == wait.start:  # the task was created in order to await it
                self._note(around.number, ("task", span.number), (outer.lineno, around.column), span.coroutine, wait)

    def _note(self, around: int, key: object, position: tuple[int, int], function: str, wait: Wait) -> None:
        node = self._script.awaits.get(position)
        if node is None:
            return
        pure = wait.waits_for is WaitsFor.SLEEP or bool(wait.tasks)
        step = self.by_call[around].setdefault(key, Step(node, function, wait.task, wait.start, wait.end))
        step.end, step.pure = wait.end, step.pure and pure
        step.awaited |= frozenset(wait.tasks)
        step.batch = step.batch or len(wait.tasks) > 1

    def waits_for_time(self, step: Step) -> bool:
        """Tell whether a step, and every task that it waits for, waits for time only."""
        if not step.pure or any(start < step.end and end > step.start for start, end in self._blocked):
            return False
        left, seen = list(step.awaited), set(step.awaited)
        while left:
            for wait in self._of_task[left.pop()]:
                if wait.waits_for is not WaitsFor.SLEEP and not wait.tasks:
                    return False
                left += [task for task in wait.tasks if task not in seen]
                seen.update(wait.tasks)
        return True

    def others(self, steps: list[Step]) -> list[TaskSpan]:
        """Return the tasks in progress meanwhile that are not part of the steps and do not wait for them."""
        start, end = steps[0].start, steps[-1].end
        below = {steps[0].task} | {task for step in steps for task in step.awaited}
        for span in self.spans.values():  # in the order of creation, so a parent comes before its children
            if span.parent in below and span.start >= start:
                below.add(span.number)
        above = {steps[0].task}
        meanwhile = [wait for wait in self.waits if wait.start < end and wait.end > start]
        while more := {wait.task for wait in meanwhile if above & set(wait.tasks)} - above:
            above |= more
        return [
            span
            for span in self.spans.values()
            if span.number not in below | above and span.start < end and (span.end is None or span.end > start)
        ]

    def makes_way(self, steps: list[Step], place: str) -> bool:
        """Tell whether other tasks are a reason to wait one after the other: workers, consumers, actors."""
        functions = {place, *(step.function for step in steps)}
        for span in self.others(steps):
            for wait in self._of_task[span.number]:
                if wait.start >= steps[-1].end or wait.end <= steps[0].start:
                    continue
                waits_for_other = wait.waits_for is not WaitsFor.SLEEP and not wait.tasks
                if waits_for_other or functions & {one.function for one in wait.places}:
                    return True
                if any(len(self.by_call[call.number]) >= _ENOUGH for call in wait.calls):
                    return True
        return False


def sequential_awaits(run: Evidence, script: Script) -> Iterator[Diagnosis]:
    """Find independent awaits that wait one after the other."""
    steps = Steps(run, script)
    for made in list(steps.by_call.values()):
        for group in _groups(sorted(made.values(), key=lambda step: step.start), script, steps):
            place = place_of_line(run, group[0].node.lineno)
            on_purpose = _ON_PURPOSE.search(place.function.rpartition(".")[2])
            if not on_purpose and not steps.makes_way(group, place.function):
                yield _sequential(run, group, script)


def _groups(made: list[Step], script: Script, steps: Steps) -> Iterator[list[Step]]:
    """Return the groups of two or more independent steps that follow each other."""
    groups: list[list[Step]] = [[]]
    jobs = _jobs(made)
    for step in made:
        if not _is_work(step, script) or _receiver(step.node) in jobs or not steps.waits_for_time(step):
            groups.append([])
        elif groups[-1] and step.start == groups[-1][-1].end and _follows(step, groups[-1], script):
            groups[-1].append(step)
        else:
            groups.append([step])
    return (group for group in groups if len(group) >= _ENOUGH)


def _is_work(step: Step, script: Script) -> bool:
    """Tell whether a step calls a coroutine function of the student's that does more than sleep."""
    name = step.name
    if name.startswith("__") or (name in _IN_ORDER and _receiver(step.node)):
        return False
    if step.batch and script.flow(step.node).loop_of(step.node):  # batches
        return False
    return name in script.names - script.paced - script.generators


def _jobs(made: list[Step]) -> set[str]:
    """Return the objects whose awaited methods have different verbs, ``connect`` and ``send``: the steps of one job."""
    names: defaultdict[str, set[str]] = defaultdict(set)
    for step in made:
        names[_receiver(step.node)].add(step.name)
    return {one for one, verbs in names.items() if not all(_alike(*pair) for pair in pairwise(verbs))} - {"", "self"}


def _receiver(node: ast.Await) -> str:
    """Return the object whose method is awaited, as it is written; empty for a function."""
    function = node.value.func if isinstance(node.value, ast.Call) else None
    return ast.unparse(function.value) if isinstance(function, ast.Attribute) else ""


def _follows(step: Step, group: list[Step], script: Script) -> bool:
    return independent(step.node, step.function, [(one.function, one.node) for one in group], script)


def independent(node: ast.expr, name: str, earlier: list[tuple[str, ast.expr]], script: Script) -> bool:
    """Tell whether a call is independent of earlier ones, which are given by name and expression."""
    name = name.rpartition(".")[2]
    names = {one.rpartition(".")[2] for one, _node in earlier}
    flow, shared, nodes = script.flow(node), script.shared, {one for _name, one in earlier}
    filled = {name for one, call in earlier for name in shared.filled(one.rpartition(".")[2], call)}
    used = shared.used_by(name)
    return (
        all(_alike(name, one) for one in names)
        and not filled & shared.looked_at(name, node)
        and not used & {changed for one in names for changed in shared.changed_by(one)}
        and not flow.depends(node, nodes, used)
        and (node not in nodes or (flow.varies(node) and not flow.never_ends(node)))
    )


def _alike(name: str, other: str) -> bool:
    """Tell whether the names of two functions are alike; functions with different verbs may be the steps of one job.

    >>> _alike("fetch_users", "fetch_orders"), _alike("func1", "func2"), _alike("connect", "send")
    (True, True, False)
    """
    first, second = (re.split(r"[_\d]|(?<=[a-z])(?=[A-Z])", one.lstrip("_"))[0].lower() for one in (name, other))
    return name == other or (first == second and first not in _STEPS)


def _sequential(run: Evidence, group: list[Step], script: Script) -> Diagnosis:
    times = [step.seconds for step in group]
    terms = [number(time).removesuffix(" s") for time in times[:_MOST_TERMS]] + ["..."] * (len(times) > _MOST_TERMS)
    total = number(round(group[-1].end - group[0].start, 9))
    message = f"{_where(group, script)} wait one after the other: {' + '.join(terms)} = {total}"
    advice = f"started together they take {number(max(times))}: await asyncio.gather(...) of all, or a task for each"
    return Diagnosis(message, advice, place_of_line(run, group[0].node.lineno))


def _where(group: list[Step], script: Script) -> str:
    lines = sorted({step.node.lineno for step in group})
    loop = script.flow(group[0].node).loop_of(group[0].node)
    if loop is not None and len(group) > len({step.node for step in group}):
        return f"the turns of the loop on line {getattr(loop, 'lineno', lines[0])}"
    if len(lines) == 1:
        return f"the calls of {short(group[0].function)}() on line {lines[0]}"
    return f"lines {', '.join(map(str, lines[:-1]))} and {lines[-1]}"
