"""How a mutant that gets full marks differs from the solution is told in one sentence."""

from __future__ import annotations

from typing import Any

import pytest

from pytest_asyncgrade.cli import survivors
from pytest_asyncgrade.grading import mutants

LINE = {"stream": "stdout", "text": "nap", "time": 2.0, "task": 1}
TASK = {"coroutine": "nap", "parent": None, "start": 0.0, "end": 2.0, "ended": "finished"}


def run(**fields: Any) -> dict[str, Any]:
    known = {"asked": "nap(2)", "outcome": "finished", "elapsed": 2.0, "max_concurrency": 1}
    return known | {"output": [LINE], "tasks": [TASK]} | fields


@pytest.mark.parametrize(
    ("other", "told"),
    [
        (run(), ""),
        (run(output=[LINE, LINE | {"stream": "stderr"}]), ""),
        (run(outcome="crashed"), "nap(2): it is finished, the mutant crashed"),
        (run(elapsed=4.0), "nap(2): it takes 2 s, the mutant 4 s"),
        (run(max_concurrency=3), "nap(2): 1 tasks at once, the mutant 3"),
        (run(output=[LINE | {"text": "doze"}]), 'nap(2): line 1 is "nap" at 2 s, the mutant\'s "doze" at 2 s'),
        (run(output=[]), 'nap(2): line 1 is "nap" at 2 s, the mutant\'s missing'),
        (
            run(tasks=[TASK | {"end": None, "ended": "cut off"}]),
            "nap(2): a task of nap() from 0 s to 2 s, finished, the mutant: a task of nap() from 0 s, cut off",
        ),
        (run(tasks=[]), "nap(2): a task of nap() from 0 s to 2 s, finished, the mutant: no further task"),
        (run(asked="nap(3)"), "the grader asks the solution for nap(2), and the mutant for nap(3)"),
    ],
)
def test_the_first_difference_is_told(other: dict[str, Any], told: str) -> None:
    assert survivors.difference({"runs": [run()]}, {"runs": [other]}, timed=True) == told


def test_a_run_that_is_not_there_is_a_difference() -> None:
    told = survivors.difference({"runs": [run()]}, {"runs": []}, timed=True)
    assert told == "the grader asks the solution for nap(2), and the mutant for nothing more"


def test_times_of_other_processes_are_not_compared() -> None:
    later = run(elapsed=4.0, output=[LINE | {"time": 3.0}], tasks=[TASK | {"start": 1.0}])
    assert survivors.difference({"runs": [run()]}, {"runs": [later]}, timed=False) == ""
    assert survivors.difference({"runs": [run()]}, {"runs": [run(outcome="crashed")]}, timed=False) != ""


def test_there_is_advice_for_every_kind_of_mutant() -> None:
    made = [mutants.timetable("async def main(): pass", [(1, "nap")])]
    made += [mutants.Mutant(operator, 1, "", "") for operator in mutants._OPERATORS]
    assert all(survivors.advice(mutant).startswith("a check would notice it by: ") for mutant in made)
