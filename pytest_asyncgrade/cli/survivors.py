"""Mutants that get full marks: whether they behave as the solution does, how not, and which assert would see it."""

from __future__ import annotations

import ast
import difflib
from itertools import zip_longest
from typing import TYPE_CHECKING, Any

from pytest_asyncgrade.trace.plain import number

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from pytest_asyncgrade.grading.mutants import Mutant

    Data = Mapping[str, Any]

_TIMES = frozenset({"elapsed", "time", "start", "end"})
_RUN = ("outcome", "elapsed", "max_concurrency")
_LINE = ("text", "time", "task")
_TASK = ("coroutine", "parent", "start", "end", "ended")

_ASSERTS = {
    "hard-code the output": 'assert len(trace.output.by("main")) <= 1, or run it with other delays: '
    "submission.run(vary_sleeps={2: 5})",
    "drop an await": 'assert trace.found("never_awaited") == []',
    "await in sequence": "assert trace.elapsed == ... with waits that should overlap",
    "time.sleep": 'assert trace.found("blocked_loop") == []',
    "await the task at once": 'assert trace.found("awaited_at_once") == [], or assert trace.elapsed == ...',
    "without its block": "play a scenario in which several tasks come to this block at once, or a wait is too long",
    "leave out": 'assert trace.found("cut_off", "left_running") == [], or play a scenario that waits for it',
    "swallow": 'assert trace.found("swallowed_cancellation") == [] of a run that cancels it',
    "ignore cancellation": 'assert trace.found("swallowed_cancellation") == [] of a run that cancels it',
    "clean up after success alone": "play a scenario in which this block fails, and look at what it does at its end",
    "one more": "look at the moment of a line, at(2, ...), or at trace.elapsed, with a number of its own",
    "swap delays": 'assert trace.output == in_order(at(1, "..."), at(2, "..."))',
    "without an option": "play a scenario in which something fails, or in which more is put in than there is room for",
    "print earlier": 'assert trace.output == in_order(at(1, "..."), at(2, "..."))',
    "notify one": "play a scenario in which several tasks wait, and all of them can go on",
}
"""By operator, what to write in a check so that it notices the mistake."""


def advice(mutant: Mutant) -> str:
    """Return which assert would notice a mutant."""
    return (
        f"a check would notice it by: {_ASSERTS[mutant.operator]}; if it is right, too, name it with a reason in "
        "exercise.toml, under [equivalent]"
    )


def changed_lines(source: str, mutant: Mutant) -> list[str]:
    """Return the changed lines of a mutant with two lines around them, as a diff."""
    before = ast.unparse(ast.parse(source)).splitlines()
    diff = difflib.unified_diff(before, mutant.source.splitlines(), lineterm="", n=2)
    return list(diff)[2:]


def difference(right: Data, work: Data, *, timed: bool) -> str:
    """Return the first difference between what the solution and a mutant did; empty if there is none.

    Without `timed`, times are not compared: those of other processes are never the same.
    """
    return next(_differences(right["runs"], work["runs"], timed=timed), "")


def _differences(runs: list[Data], others: list[Data], *, timed: bool) -> Iterator[str]:
    for run, other in zip_longest(runs, others):
        if run is None or other is None or run["asked"] != other["asked"]:
            asked = [one["asked"] if one else "nothing more" for one in (run, other)]
            yield f"the grader asks the solution for {asked[0]}, and the mutant for {asked[1]}"
            return
        yield from (f"{run['asked']}: {told}" for told in _of_run(run, other, timed=timed))


def _of_run(run: Data, other: Data, *, timed: bool) -> Iterator[str]:
    for key, words in (("outcome", "it is {}"), ("elapsed", "it takes {}"), ("max_concurrency", "{} tasks at once")):
        if not _same(run, other, key, timed=timed):
            yield f"{words.format(_shown(run[key], key))}, the mutant {_shown(other[key], key)}"
    lines, others = ([line for line in one["output"] if line["stream"] == "stdout"] for one in (run, other))
    for index, (line, its) in enumerate(zip_longest(lines, others), start=1):
        if line is None or its is None or not all(_same(line, its, key, timed=timed) for key in _LINE):
            yield f"line {index} is {_line(line)}, the mutant's {_line(its)}"
    for span, its in zip_longest(run["tasks"], other["tasks"]):
        if span is None or its is None or not all(_same(span, its, key, timed=timed) for key in _TASK):
            yield f"{_task(span)}, the mutant: {_task(its)}"


def _same(one: Data, other: Data, key: str, *, timed: bool) -> bool:
    return one[key] == other[key] or (key in _TIMES and not timed)


def _shown(value: Any, key: str) -> str:
    return number(value) if key in _TIMES and value is not None else str(value)


def _line(line: Data | None) -> str:
    return f'"{line["text"]}" at {number(line["time"])}' if line else "missing"


def _task(span: Data | None) -> str:
    if span is None:
        return "no further task"
    times = " to ".join(number(span[key]) for key in ("start", "end") if span[key] is not None)
    return f"a task of {span['coroutine']}() from {times}, {span['ended']}"
