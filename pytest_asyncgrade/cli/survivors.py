"""Mutants that get full marks: how each behaves otherwise than the solution, and which assert would notice it.

The assert is made from the difference that was seen, so that the solution passes it and the mutant does not.
"""

from __future__ import annotations

import ast
import difflib
from dataclasses import dataclass
from itertools import zip_longest
from typing import TYPE_CHECKING, Any, NamedTuple

from pytest_asyncgrade.grading.mutants import HARD_CODED
from pytest_asyncgrade.trace.plain import number

from .problems import Problem

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from pytest_asyncgrade.grading.mutants import Mutant

    Data = Mapping[str, Any]

_TIMES = frozenset({"elapsed", "time", "start", "end"})
_RUN = {"outcome": "it is {}", "elapsed": "it takes {}", "max_concurrency": "it has {} tasks at once"}
_LINE = ("text", "time", "task")
_TASK = ("coroutine", "parent", "start", "end", "ended")
_MOST_CHANGED = 24
"""Number of lines of a change that are shown."""


class Difference(NamedTuple):
    """What the solution did and the mutant did not, and the assert that sees it."""

    told: str
    sees: str
    other_way: str = ""
    """Another way to notice it, in words."""


@dataclass(frozen=True, slots=True)
class Survivor:
    """A mutant that gets full marks and behaves otherwise than the solution."""

    mutant: Mutant
    where: str
    source: str
    """The solution's."""
    difference: Difference

    def lines(self) -> Iterator[str]:
        """Yield where it is, the code before and after, and the difference."""
        yield f"{self.where}, {self.mutant.name!r}:"
        yield from (f"  {line}" for line in changed_lines(self.source, self.mutant))
        yield f"  {self.difference.told}"


def problems(survivors: Iterable[Survivor]) -> Iterator[Problem]:
    """Yield a problem for each assert that is missing, with all mutants that it would notice."""
    together: dict[str, list[Survivor]] = {}
    for survivor in survivors:
        together.setdefault(survivor.difference.sees, []).append(survivor)
    for sees, those in together.items():
        what = "a mutant gets full marks and behaves otherwise than the solution:"
        name = f'"{those[0].mutant.name}"'
        if len(those) > 1:
            what = f"{len(those)} mutants get full marks and behave otherwise than the solution:"
            name = '"its name, as above"'
        why = tuple(line for survivor in those for line in survivor.lines())
        right = f'A mutant that is right, too, is named in exercise.toml, under [equivalent]: {name} = "the reason"'
        ways = "; or ".join(filter(None, (sees, those[0].difference.other_way)))
        yield Problem(what, f"{'add to a check: ' if sees else ''}{ways}. {right}", why)


def changed_lines(source: str, mutant: Mutant) -> list[str]:
    """Return the changed lines of a mutant with two lines around them: ``-`` before, ``+`` after."""
    before = ast.unparse(ast.parse(source)).splitlines()
    diff = list(difflib.unified_diff(before, mutant.source.splitlines(), lineterm="", n=2))[3:]
    lines = ["..." if line.startswith("@@") else line for line in diff if line.strip()]
    left = len(lines) - _MOST_CHANGED
    return [*lines[:_MOST_CHANGED], f"[... {left} more lines]"] if left > 0 else lines


def difference(mutant: Mutant, source: str, right: Data, work: Data, *, timed: bool) -> Difference | None:
    """Return how a mutant behaves otherwise than the solution; None if it does the same.

    `right` and `work` are the gradings of the two.  Without `timed`, times are not compared: those of other processes
    are never the same.
    """
    found = first_difference(right, work, timed=timed)
    if mutant.operator == HARD_CODED:
        return _of_work_done(mutant, source, right) or found
    if found:
        known = {finding["kind"] for finding in right["findings"]}
        kinds = [finding["kind"] for finding in work["findings"] if finding["kind"] not in known]
        if kinds:
            return Difference(found.told, f'assert trace.found("{kinds[0]}") == []')
    return found


def first_difference(right: Data, work: Data, *, timed: bool) -> Difference | None:
    """Return the first difference between two gradings' runs; None if there is none."""
    return next(_differences(right["runs"], work["runs"], timed=timed), None)


def _of_work_done(mutant: Mutant, source: str, right: Data) -> Difference | None:
    """Return that one function prints what others should; None if it prints all lines in the solution, too."""
    output = next(run["output"] for run in right["runs"] if run["asked"].startswith("python "))
    printed = [line["line"] for line in output if line["stream"] == "stdout"]
    tree = ast.parse(source)
    functions = [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)]
    main = next(one for one in functions if one.name == mutant.code)
    own = sum(line is not None and main.lineno <= line <= (main.end_lineno or 0) for line in printed)
    if own == len(printed):
        return None
    asked = {run["asked"].partition("(")[0] for run in right["runs"]}
    others = [one for one in functions if one in tree.body and one is not main and one.args.args]
    sees = f'assert len(trace.output.by("{main.name}")) <= {own}'
    untried = next((one.name for one in others if one.name not in asked), "")
    other_way = f'call a function with random arguments: submission.call("{untried}", ...)' if untried else ""
    told = f"{main.name}() prints all {len(printed)} lines by a timetable, where the solution's prints {own} of them"
    return Difference(told, sees, other_way)


def _differences(runs: list[Data], others: list[Data], *, timed: bool) -> Iterator[Difference]:
    for run, other in zip_longest(runs, others):
        if run is None or other is None or run["asked"] != other["asked"]:
            asked = [one["asked"] if one else "nothing more" for one in (run, other)]
            told = f"the grader asks the solution for {asked[0]}, and the mutant for {asked[1]}"
            yield Difference(told, "", "ask every program for the same runs, and judge each of them")
        else:
            for found in _of_run(run, other, timed=timed):
                yield Difference(f"{run['asked']}: {found.told}", found.sees)


def _of_run(run: Data, other: Data, *, timed: bool) -> Iterator[Difference]:
    for key, words in _RUN.items():
        if not _same(run, other, key, timed=timed):
            told = f"{words.format(_shown(run[key], key))}, the mutant {_shown(other[key], key)}"
            yield Difference(told, f"assert trace.{key} == {_literal(run[key])}")
    lines, others = ([line for line in one["output"] if line["stream"] == "stdout"] for one in (run, other))
    for index, (line, its) in enumerate(zip_longest(lines, others)):
        if line is None or its is None:
            told = f"line {index + 1} is {_line(line)}, the mutant's {_line(its)}"
            yield Difference(told, f"assert len(trace.output) == {len(lines)}")
        elif not (_same(line, its, "text", timed=timed) and _same(line, its, "time", timed=timed)):
            expected = f"at({_literal(line['time'])}, {line['text']!r})" if timed else repr(line["text"])
            told = f"line {index + 1} is {_line(line)}, the mutant's {_line(its)}"
            yield Difference(told, f"assert trace.output[{index}:{index + 1}] == lines({expected})")
        elif not _same(line, its, "task", timed=timed):
            printers = _printer(run, line), _printer(other, its)
            told = f"line {index + 1}, {_line(line)}, is printed by {printers[0]}, the mutant's by {printers[1]}"
            is_ = "is" if line["task"] is None else "=="
            yield Difference(told, f"assert trace.output[{index}].task {is_} {line['task']}")
    for index, (span, its) in enumerate(zip_longest(run["tasks"], other["tasks"])):
        differ = [key for key in _TASK if span and its and not _same(span, its, key, timed=timed)]
        if differ or span is None or its is None:
            sees = f"len(trace.tasks) == {len(run['tasks'])}"
            if span and differ:
                value = span[differ[0]]
                sees = f"trace.tasks[{index}].{differ[0]} {'is' if value is None else '=='} {_literal(value)}"
            yield Difference(f"{_task(span)}, the mutant: {_task(its)}", f"assert {sees}")


def _same(one: Data, other: Data, key: str, *, timed: bool) -> bool:
    return bool(one[key] == other[key]) or (key in _TIMES and not timed)


def _shown(value: Any, key: str) -> str:
    return number(value) if key in _TIMES and value is not None else str(value)


def _literal(value: Any) -> str:
    """Return a value as it is written in a check."""
    return literal(value) if isinstance(value, float) else repr(value)


def literal(value: float) -> str:
    """Return the shortest literal for a number."""
    return repr(float(value)).removesuffix(".0")


def _line(line: Data | None) -> str:
    return f'"{line["text"]}" at {number(line["time"])}' if line else "missing"


def _printer(run: Data, line: Data) -> str:
    coroutine = next((span["coroutine"] for span in run["tasks"] if span["number"] == line["task"]), None)
    return f"a task of {coroutine}()" if coroutine else "no task"


def _task(span: Data | None) -> str:
    if span is None:
        return "no further task"
    times = " to ".join(number(span[key]) for key in ("start", "end") if span[key] is not None)
    return f"a task of {span['coroutine']}() from {times}, {span['ended']}"
