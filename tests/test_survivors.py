"""How a mutant that gets full marks differs from the solution is told in a sentence, with an assert that sees it."""

from __future__ import annotations

import ast
from typing import Any

import pytest

from pytest_asyncgrade.cli import survivors
from pytest_asyncgrade.grading.mutants import HARD_CODED, Mutant

LINE = {"stream": "stdout", "text": "nap", "time": 2.0, "task": 1, "line": 3}
TASK = {"number": 1, "coroutine": "nap", "parent": None, "start": 0.0, "end": 2.0, "ended": "finished"}


def run(**fields: Any) -> dict[str, Any]:
    known = {"asked": "nap(2)", "outcome": "finished", "elapsed": 2.0, "max_concurrency": 1}
    return known | {"output": [LINE], "tasks": [TASK]} | fields


def first(run: dict[str, Any], other: dict[str, Any], *, timed: bool = True) -> tuple[str, ...]:
    return survivors.first_difference({"runs": [run]}, {"runs": [other]}, timed=timed) or ()


@pytest.mark.parametrize(
    ("other", "told", "sees"),
    [
        (run(outcome="crashed"), "it is finished, the mutant crashed", "trace.outcome == 'finished'"),
        (run(elapsed=4.0), "it takes 2 s, the mutant 4 s", "trace.elapsed == 2"),
        (run(max_concurrency=3), "it has 1 tasks at once, the mutant 3", "trace.max_concurrency == 1"),
        (
            run(output=[LINE | {"text": "doze"}]),
            'line 1 is "nap" at 2 s, the mutant\'s "doze" at 2 s',
            "trace.output[0:1] == lines(at(2, 'nap'))",
        ),
        (
            run(output=[LINE | {"task": None}]),
            'line 1, "nap" at 2 s, is printed by a task of nap(), the mutant\'s by no task',
            "trace.output[0].task == 1",
        ),
        (run(output=[]), 'line 1 is "nap" at 2 s, the mutant\'s missing', "len(trace.output) == 1"),
        (
            run(tasks=[TASK | {"end": None, "ended": "pending"}]),
            "a task of nap() from 0 s to 2 s, finished, the mutant: a task of nap() from 0 s, pending",
            "trace.tasks[0].end == 2",
        ),
        (
            run(tasks=[]),
            "a task of nap() from 0 s to 2 s, finished, the mutant: no further task",
            "len(trace.tasks) == 1",
        ),
    ],
)
def test_the_first_difference_is_told_with_an_assert_that_sees_it(other: dict[str, Any], told: str, sees: str) -> None:
    assert first(run(), other) == (f"nap(2): {told}", f"assert {sees}", "")


@pytest.mark.parametrize(
    ("fields", "other", "sees"),
    [
        ({"tasks": [TASK | {"end": None}]}, run(), "trace.tasks[0].end is None"),
        ({"output": [LINE | {"task": None}]}, run(), "trace.output[0].task is None"),
    ],
)
def test_nothing_is_compared_as_python_compares_it(fields: dict[str, Any], other: dict[str, Any], sees: str) -> None:
    assert first(run(**fields), other)[1] == f"assert {sees}"


@pytest.mark.parametrize("other", [run(), run(output=[LINE, LINE | {"stream": "stderr"}])])
def test_the_same_behaviour_is_no_difference(other: dict[str, Any]) -> None:
    assert first(run(), other) == ()


def test_other_runs_are_a_difference_that_no_assert_sees() -> None:
    other_way = "ask every program for the same runs, and judge each of them"
    told = "the grader asks the solution for nap(2), and the mutant for"
    assert first(run(), run(asked="nap(3)")) == (f"{told} nap(3)", "", other_way)
    missing = survivors.first_difference({"runs": [run()]}, {"runs": []}, timed=True)
    assert missing == (f"{told} nothing more", "", other_way)


def test_times_of_other_processes_are_not_compared() -> None:
    later = run(elapsed=4.0, output=[LINE | {"time": 3.0}], tasks=[TASK | {"start": 1.0}])
    assert first(run(), later, timed=False) == ()
    assert first(run(), run(outcome="crashed"), timed=False) != ()
    doze = run(output=[LINE | {"text": "doze", "time": 3.0}])
    assert first(run(), doze, timed=False)[1] == "assert trace.output[0:1] == lines('nap')"


SOURCE = """\
import asyncio
async def nap(seconds):
    await asyncio.sleep(seconds)
    print("nap")
async def main():
    await nap(2)
    print("end")
asyncio.run(main())
"""
UNPARSED = ast.unparse(ast.parse(SOURCE))
LONGER = Mutant("one more", 6, "nap(2)", UNPARSED.replace("nap(2)", "nap(3)"))
TIMETABLE = Mutant(HARD_CODED, 5, "main", UNPARSED.replace("await nap(2)", "print('nap')"))


def work(*runs: dict[str, Any], findings: tuple[str, ...] = ()) -> dict[str, Any]:
    return {"runs": runs, "findings": [{"kind": kind} for kind in findings]}


def test_a_finding_of_the_mutant_alone_is_what_to_look_for() -> None:
    right, wrong = work(run(), findings=("cut_off",)), work(run(elapsed=4.0), findings=("cut_off", "blocked_loop"))
    found = survivors.difference(LONGER, SOURCE, right, wrong, timed=True)
    assert found == ("nap(2): it takes 2 s, the mutant 4 s", 'assert trace.found("blocked_loop") == []', "")
    found = survivors.difference(LONGER, SOURCE, right, right, timed=True)
    assert found is None


WHOLE = run(asked="python naps.py", output=[LINE | {"line": 4}, LINE | {"line": 7}])


def test_a_timetable_is_noticed_by_who_prints_what_and_by_other_arguments() -> None:
    right = work(WHOLE)
    assert survivors.difference(TIMETABLE, SOURCE, right, right, timed=True) == (
        "main() prints all 2 lines by a timetable, where the solution's prints 1 of them",
        'assert len(trace.output.by("main")) <= 1',
        'call a function with random arguments: submission.call("nap", ...)',
    )
    asked = work(WHOLE, run())
    told = survivors.difference(TIMETABLE, SOURCE, asked, asked, timed=True)
    assert told is not None
    assert told.other_way == ""


def test_a_timetable_is_right_where_one_function_does_all() -> None:
    right = work(run(asked="python naps.py", output=[LINE | {"line": 7}]))
    assert survivors.difference(TIMETABLE, SOURCE, right, right, timed=True) is None


def survivor(mutant: Mutant, *difference: str) -> survivors.Survivor:
    return survivors.Survivor(mutant, f"line {mutant.line}", SOURCE, survivors.Difference(*difference))


def test_a_survivor_is_shown_with_its_line_and_its_code_before_and_after() -> None:
    (problem,) = survivors.problems([survivor(LONGER, "it takes 2 s, the mutant 3 s", "assert trace.elapsed == 2")])
    assert list(problem.lines()) == [
        "a mutant gets full marks and behaves otherwise than the solution:",
        "  line 6, 'one more: nap(2)':",
        "     async def main():",
        "    -    await nap(2)",
        "    +    await nap(3)",
        "         print('end')",
        "     asyncio.run(main())",
        "    it takes 2 s, the mutant 3 s",
        "  what to do: add to a check: assert trace.elapsed == 2. A mutant that is right, too, is named in "
        'exercise.toml, under [equivalent]: "one more: nap(2)" = "the reason"',
    ]


def test_mutants_that_one_assert_would_see_are_one_problem() -> None:
    one, two = (survivor(mutant, "it differs", "assert trace.elapsed == 2") for mutant in (LONGER, TIMETABLE))
    other = survivor(LONGER, "it asks", "", "ask for the same")
    together, alone = survivors.problems([one, other, two])
    assert together.what == "2 mutants get full marks and behave otherwise than the solution:"
    assert [line for line in together.why if line.startswith("line ")] == [
        "line 6, 'one more: nap(2)':", "line 5, 'hard-code the output: main':",
    ]  # fmt: skip
    assert together.to_do.endswith('under [equivalent]: "its name, as above" = "the reason"')
    assert alone.to_do.startswith("ask for the same. A mutant that is right")


def test_of_a_long_change_the_beginning_is_shown() -> None:
    long = Mutant(HARD_CODED, 5, "main", SOURCE.replace("print('end')", "pass") + "\n".join(["print(1)"] * 40))
    changed = survivors.changed_lines(SOURCE, long)
    assert len(changed) == 25
    assert changed[-1].endswith(" more lines]")


def test_changes_in_two_places_are_shown_apart() -> None:
    between = "b = 2\n" * 9
    changed = survivors.changed_lines(f"a = 1\n{between}", Mutant("", 1, "", f"a = 0\n{between}c = 3\n"))
    assert changed == ["-a = 1", "+a = 0", " b = 2", " b = 2", "...", " b = 2", " b = 2", "+c = 3"]
