from __future__ import annotations

import json
from dataclasses import replace

from pytest_asyncgrade.grading import CheckResult, Failure, Grade, Points, Verdict, Visibility, collect, pack_result
from pytest_asyncgrade.trace import Outcome, Recording, Trace

TRACE = Trace(Outcome.NOT_RUNNABLE, "empty", Recording(), asked="python naps.py")
RESULT = CheckResult(
    "naps",
    "ada",
    "It naps.",
    "t.py::test_it",
    3,
    Points(2, hint="try", visibility=Visibility.HIDDEN),
    Verdict.FAILED,
    Failure("no", ("a",), ("b",), "try", "trace"),
    ("run",),
    0.5,
)


def test_results_travel_as_json_and_come_back_in_order() -> None:
    first = replace(RESULT, nodeid="t.py::first", order=1, failure=None, verdict=Verdict.PASSED, runs=())
    other = replace(RESULT, student="aaron", nodeid="t.py::test_it[aaron]")
    packed = [pack_result(RESULT, {"run": TRACE}, script="naps.py"), pack_result(first, {}, script="naps.py"),
              pack_result(other, {"run": TRACE}, script="naps.py")]  # fmt: skip
    grade = collect(json.loads(json.dumps(packed)), ["rests"])
    assert [work.checks for work in grade.works] == [(other,), (first, RESULT)]
    assert grade.works[1].runs == {"run": TRACE}
    assert [work.script for work in grade.works] == ["naps.py", "naps.py"]
    assert grade.not_handed_in == ("rests",)
    assert grade.students == ("aaron", "ada")
    assert grade.exercises == ("naps",)
    assert (grade.score, grade.max_score) == (2, 6)
    assert not grade.complete
    assert not grade.broken


def test_a_later_result_of_the_same_check_counts() -> None:
    broken = replace(RESULT, verdict=Verdict.ERROR)
    grade = collect(
        [pack_result(RESULT, {"run": TRACE}, script="naps.py"), pack_result(broken, {"run": TRACE}, script="naps.py")]
    )
    assert [check.verdict for check in grade.checks] == [Verdict.ERROR]
    assert grade.broken


def test_what_there_is_to_say_of_a_work_comes_from_whichever_result_knows_it() -> None:
    other = replace(RESULT, nodeid="t.py::other")
    known = {"isolation": "strong (bubblewrap)", "left_behind": {"conftest.py": "it configures"}}
    packed = [pack_result(RESULT, {"run": TRACE}, script="naps.py", isolation="", left_behind={}),
              pack_result(other, {"run": TRACE}, script="naps.py", **known)]  # fmt: skip
    for order in (packed, packed[::-1]):
        (work,) = collect(order).works
        assert {"isolation": work.isolation, "left_behind": work.left_behind} == known
    assert collect(packed).isolations == ("strong (bubblewrap)",)


def test_nothing_graded_is_nothing_lost() -> None:
    assert Grade().complete
    assert (Grade().score, Grade().max_score) == (0, 0)
