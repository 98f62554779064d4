from __future__ import annotations

import json
from dataclasses import replace

from pytest_asyncgrade.grading import (
    CheckResult,
    Failure,
    Grade,
    Points,
    Verdict,
    Visibility,
    Work,
    collect,
    pack_result,
)
from pytest_asyncgrade.trace import Line, Outcome, Output, Recording, Seconds, Trace
from pytest_asyncgrade.trace.model import Elapsed

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


def test_students_see_of_a_hidden_check_its_points_and_verdict() -> None:
    shown = CheckResult("naps", "ada", "It naps.", "t.py::shown", 1, Points(2), Verdict.PASSED, None, ("run",))
    other = replace(TRACE, asked="nap('secret')")
    hidden = replace(RESULT, runs=("run", "secret"))
    grade = Grade((Work("naps", "ada", "naps.py", (shown, hidden), {"run": TRACE, "secret": other}),))
    (work,) = grade.for_students().works
    assert work.checks == (
        shown,
        CheckResult(
            "naps", "ada", "a hidden check", "a hidden check", 3, Points(2, visibility=Visibility.HIDDEN),
            Verdict.FAILED, duration=0.5,
        ),
    )  # fmt: skip
    assert work.runs == {"run": TRACE}
    assert (grade.for_students().score, grade.for_students().max_score) == (grade.score, grade.max_score) == (2, 4)


def test_what_is_for_after_the_due_date_can_be_left_in() -> None:
    late = replace(RESULT, points=Points(2, visibility=Visibility.AFTER_DUE_DATE))
    grade = Grade((Work("naps", "ada", "naps.py", (late, RESULT), {"run": TRACE}),))
    (work,) = grade.for_students(frozenset({Visibility.AFTER_DUE_DATE})).works
    assert [check.name for check in work.checks] == ["It naps.", "a hidden check"]
    assert [check.name for check in grade.for_students().works[0].checks] == [
        "a hidden check (1)",
        "a hidden check (2)",
    ]


def test_no_hidden_check_is_called_like_another() -> None:
    visible = replace(RESULT, name="a hidden check", points=Points(2))
    grade = Grade((Work("naps", "ada", "naps.py", (visible, RESULT), {"run": TRACE}),))
    assert [check.name for check in grade.for_students().checks] == ["a hidden check", "a hidden check (1)"]


def test_a_work_without_secrets_stays_as_it_is() -> None:
    work = Work("naps", "ada", "naps.py", (replace(RESULT, points=Points(2)),), {"run": TRACE})
    assert Grade((work,)).for_students().works[0] is work


def test_runs_that_tell_the_same_are_shown_once() -> None:
    said = Output([Line("hi", Seconds(0))])
    runs = {
        "nothing": Trace(Outcome.FINISHED, "", Recording(), asked="nap(1)"),
        "waits": Trace(Outcome.FINISHED, "", Recording(elapsed=Elapsed(2)), asked="nap(2)"),
        "speaks": Trace(Outcome.FINISHED, "", Recording(output=said), asked="nap(3)"),
        "broken": Trace(Outcome.CRASHED, "no", Recording(), asked="nap(4)"),
        "broken as well": Trace(Outcome.CRASHED, "no", Recording(), asked="nap(5)"),
        "broken later": Trace(Outcome.CRASHED, "no", Recording(output=said), asked="nap(6)"),
        "nothing again": Trace(Outcome.FINISHED, "", Recording(), asked="python naps.py"),
    }
    work = Work("naps", "ada", "naps.py", (replace(RESULT, runs=tuple(runs)),), runs)
    assert [run.asked for run in work.runs_to_show()] == ["nap(2)", "nap(3)", "nap(4)", "nap(6)", "python naps.py"]
