from __future__ import annotations

from dataclasses import replace

from pytest_asyncgrade.grading import CheckResult, Grade, Points, Run, Verdict, Visibility, Work, for_students
from tests.grading.results import RESULT, RUN, TRACE


def test_students_see_of_a_hidden_check_its_points_and_verdict() -> None:
    shown = CheckResult("naps", "ada", "It naps.", "t.py::shown", 1, Points(2), Verdict.PASSED, None, ("run",))
    other = replace(TRACE, asked="nap('secret')")
    hidden = replace(RESULT, runs=("run", "secret"))
    grade = Grade((Work("naps", "ada", "naps.py", (shown, hidden), {"run": RUN, "secret": Run(other)}),))
    (work,) = for_students(grade).works
    assert work.checks == (
        shown,
        CheckResult(
            "naps", "ada", "a hidden check", "a hidden check", 3, Points(2, visibility=Visibility.HIDDEN),
            Verdict.FAILED, duration=0.5,
        ),
    )  # fmt: skip
    assert work.runs == {"run": RUN}
    assert (for_students(grade).score, for_students(grade).max_score) == (grade.score, grade.max_score) == (2, 4)


def test_what_is_for_after_the_due_date_can_be_left_in() -> None:
    late = replace(RESULT, points=Points(2, visibility=Visibility.AFTER_DUE_DATE))
    grade = Grade((Work("naps", "ada", "naps.py", (late, RESULT), {"run": RUN}),))
    (work,) = for_students(grade, frozenset({Visibility.AFTER_DUE_DATE})).works
    assert [check.name for check in work.checks] == ["It naps.", "a hidden check"]
    assert [check.name for check in for_students(grade).works[0].checks] == [
        "a hidden check (1)",
        "a hidden check (2)",
    ]


def test_no_hidden_check_is_called_like_another() -> None:
    visible = replace(RESULT, name="a hidden check", points=Points(2))
    grade = Grade((Work("naps", "ada", "naps.py", (visible, RESULT), {"run": RUN}),))
    assert [check.name for check in for_students(grade).checks] == ["a hidden check", "a hidden check (1)"]


def test_a_work_without_secrets_stays_as_it_is() -> None:
    work = Work("naps", "ada", "naps.py", (replace(RESULT, points=Points(2)),), {"run": RUN})
    assert for_students(Grade((work,))).works[0] is work
