from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

from pytest_asyncgrade.grading import (
    CheckResult,
    Failure,
    Grade,
    GradeBuilder,
    Run,
    Verdict,
    pack_result,
    part_of_check,
    unpack_result,
)
from tests.grading.results import RESULT, RUN, TRACE


def built(*results: CheckResult, **about: Any) -> Grade:
    builder = GradeBuilder()
    for result in results:
        builder.add(result, {"run": RUN}, {"script": "naps.py"} | about)
    return builder.build(["rests"])


def test_results_travel_as_json_and_come_back_equal() -> None:
    packed = json.loads(json.dumps(pack_result(RESULT, script="naps.py", withheld=2)))
    assert unpack_result(packed) == (RESULT, {"script": "naps.py", "withheld": 2})
    passed = replace(RESULT, failure=None, verdict=Verdict.PASSED, runs=())
    assert unpack_result(pack_result(passed)) == (passed, {})


def test_any_text_of_a_student_travels_in_ascii() -> None:
    strange = replace(RESULT, failure=Failure("\ud800\u202e"))
    assert pack_result(strange).isascii()
    assert unpack_result(pack_result(strange)) == (strange, {})


def test_a_grade_is_in_the_order_of_students_and_checks() -> None:
    first = replace(RESULT, nodeid="t.py::first", order=1, failure=None, verdict=Verdict.PASSED, runs=())
    other = replace(RESULT, student="aaron", nodeid="t.py::test_it[aaron]")
    grade = built(RESULT, first, other)
    assert [work.checks for work in grade.works] == [(other,), (first, RESULT)]
    assert grade.works[1].runs == {"run": RUN}
    assert [work.script for work in grade.works] == ["naps.py", "naps.py"]
    assert grade.not_handed_in == ("rests",)
    assert grade.students == ("aaron", "ada")
    assert grade.exercises == ("naps",)
    assert (grade.score, grade.max_score) == (2, 6)
    assert not grade.complete
    assert not grade.broken


def test_the_worst_result_of_a_check_counts() -> None:
    grade = built(RESULT, replace(RESULT, verdict=Verdict.ERROR))
    assert [check.verdict for check in grade.checks] == [Verdict.ERROR]
    assert grade.broken


def test_a_run_counts_once_and_stays_the_one_that_came_first() -> None:
    builder = GradeBuilder()
    builder.add(RESULT, {"run": RUN}, {"script": "naps.py"})
    builder.add(replace(RESULT, nodeid="t.py::other"), {"run": Run(replace(TRACE, reason="later"))}, {})
    builder.add(replace(RESULT, nodeid="t.py::third"), {}, {})
    assert builder.build().works[0].runs == {"run": RUN}


def test_what_there_is_to_say_of_a_work_comes_from_whichever_result_knows_it() -> None:
    other = replace(RESULT, nodeid="t.py::other")
    known = {"isolation": "strong (bubblewrap)", "left_behind": {"conftest.py": "it configures"}}
    unknown = {"isolation": "", "left_behind": {}}
    for order in ([known, unknown], [unknown, known]):
        builder = GradeBuilder()
        for result, about in zip((RESULT, other), order, strict=True):
            builder.add(result, {"run": RUN}, {"script": "naps.py"} | about)
        (work,) = builder.build().works
        assert {"isolation": work.isolation, "left_behind": work.left_behind} == known
        assert builder.build().isolations == ("strong (bubblewrap)",)


def test_the_failure_of_a_part_begins_with_its_name() -> None:
    assert part_of_check(RESULT, "seconds=2").failure == replace(RESULT.failure, rationale="seconds=2: no")  # type: ignore[type-var]  # it has one
    passed = replace(RESULT, failure=None)
    assert part_of_check(passed, "seconds=2") is passed
