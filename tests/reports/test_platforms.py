"""What is particular to each platform: its points, its limits, its order."""

from __future__ import annotations

import json
import xml.etree.ElementTree as ET
from dataclasses import replace
from datetime import timedelta, timezone
from pathlib import PurePosixPath, PureWindowsPath
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pytest_asyncgrade.errors import UsageError
from pytest_asyncgrade.grading import Failure, Grade, Points, Verdict, Visibility, Work, place_of
from pytest_asyncgrade.reports import (
    About,
    ReportFile,
    classroom,
    classroom50,
    csv,
    exercism,
    github,
    gradescope,
    markdown,
    terminal,
    vpl,
)
from pytest_asyncgrade.reports.classroom50 import spread
from pytest_asyncgrade.reports.source_locations import file_of
from pytest_asyncgrade.reports.view import named_checks
from pytest_asyncgrade.trace import Outcome, Place, Raised, Recording, Trace

from .grades import ABOUT
from .outcomes import HANG, HOSTILE, HOSTILE_RUN, OUTCOMES, RUN, SYNTAX_ERROR, check, grade_of, hidden, lost, work
from .validators import check_classroom50

UNTIMED = settings(deadline=None)  # a machine may be busy
CHECKS = st.lists(
    st.builds(
        lambda points, bonus, verdict: check(1, verdict, points=Points(points, bonus)),
        st.integers(1, 50), st.booleans(), st.sampled_from(Verdict),
    ),
    max_size=30,
)  # fmt: skip


# Classroom 50


@UNTIMED
@given(st.integers(0, 10_000), st.lists(st.integers(0, 1000)))
def test_shares_are_exact(total: int, weights: list[int]) -> None:
    shares = spread(total, weights)
    whole = sum(weights)
    assert sum(shares) == (total if whole else 0)
    assert all(
        abs(share * whole - total * weight) < whole for share, weight in zip(shares, weights, strict=True) if whole
    )
    assert all(share == 0 for share, weight in zip(shares, weights, strict=True) if weight == 0)
    ordered = [share for _, share in sorted(zip(weights, shares, strict=True))]
    assert ordered == sorted(ordered)


@settings(UNTIMED, max_examples=50)
@given(CHECKS, st.one_of(st.none(), st.integers(1, 1000)))
def test_points_on_another_scale_are_whole_and_full_marks_stay_full(checks: list[Any], most: int | None) -> None:
    numbered = [replace(one, nodeid=str(number)) for number, one in enumerate(checks)]
    about = replace(ABOUT, max_score=most)
    for verdict in (None, Verdict.PASSED, Verdict.FAILED):
        grade = grade_of(*(replace(one, verdict=verdict or one.verdict) for one in numbered))
        text = classroom50.render(grade, about)
        check_classroom50(text, grade, scaled=most is not None)
        result = json.loads(text)
        if verdict is Verdict.PASSED and numbered:
            assert result["score"] == result["max-score"]
        if verdict is Verdict.FAILED:
            assert result["score"] == 0
        if most is not None and grade.max_score:
            assert result["max-score"] == most


def test_a_bonus_makes_up_for_what_was_lost_and_no_more() -> None:
    bonus = check(3, Verdict.PASSED, points=Points(3, bonus=True))
    result = json.loads(classroom50.render(grade_of(check(4, Verdict.PASSED), lost(2), bonus), ABOUT))
    assert (result["score"], result["max-score"]) == (6, 6)
    assert [(test["test-name"], test["score"], test["max-score"]) for test in result["tests"]] == [
        ("Nap 4 ends in time.", 4, 4), ("Nap 2 ends in time.", 0, 2), ("Nap 3 ends in time. (bonus: 3 points)", 0, 0)
    ]  # fmt: skip
    scaled = json.loads(
        classroom50.render(grade_of(check(4, Verdict.PASSED), lost(6), bonus), replace(ABOUT, max_score=100))
    )
    assert (scaled["score"], scaled["max-score"]) == (70, 100)


def test_nothing_graded_is_no_success() -> None:
    result = json.loads(classroom50.render(OUTCOMES["nothing"], replace(ABOUT, max_score=10)))
    assert (result["score"], result["max-score"]) == (0, 10)
    assert result["tests"] == [
        {"test-name": "something is graded", "passed": False, "score": 0, "max-score": 10,
         "failure": "nothing was graded: nobody handed in naps"}
    ]  # fmt: skip


@pytest.mark.parametrize("name", ["CLASSROOM", "ASSIGNMENT", "SUBMISSION_TAG", "COMMIT_URL", "RELEASE_URL"])
def test_a_variable_that_is_not_there_is_named(name: str) -> None:
    environ = {key: value for key, value in ABOUT.environ.items() if key != name}
    about = replace(ABOUT, environ=environ)
    message = (
        f"the report classroom50 needs the variable {name}, in which Classroom 50 says what is graded: it is not set"
    )
    for say in (classroom50.check, lambda about: classroom50.render(OUTCOMES["crash"], about)):
        with pytest.raises(UsageError, match=rf"^{message}$"):
            say(about)


@pytest.mark.parametrize(
    ("name", "value", "message"),
    [
        ("SUBMISSION_TAG", "v1", "SUBMISSION_TAG is 'v1': a submission's tag begins with 'submit/'"),
        ("ASSIGNMENT_TYPE", "pair", "ASSIGNMENT_TYPE is 'pair': it is one of individual, group, team"),
    ],
)
def test_a_variable_that_says_something_else_is_shown(name: str, value: str, message: str) -> None:
    with pytest.raises(UsageError, match=rf"^the report classroom50: {message}$"):
        classroom50.check(replace(ABOUT, environ={**ABOUT.environ, name: value}))


@pytest.mark.parametrize(("said", "meant"), [("", "individual"), ("group", "group"), ("team", "group")])
def test_an_assignments_type_is_one_that_the_schema_knows(said: str, meant: str) -> None:
    about = replace(ABOUT, environ={**ABOUT.environ, "ASSIGNMENT_TYPE": said})
    assert json.loads(classroom50.render(OUTCOMES["crash"], about))["assignment_type"] == meant


def test_what_older_runners_leave_out_is_made_from_githubs_variables() -> None:
    environ = {
        "CLASSROOM": "cs", "ASSIGNMENT": "naps", "USERNAME": "ada", "SUBMISSION_TAG": "submit/1",
        "GITHUB_REPOSITORY": "cs/naps-ada", "GITHUB_SHA": "abc", "GITHUB_SERVER_URL": "https://git.example",
    }  # fmt: skip
    result = json.loads(classroom50.render(OUTCOMES["crash"], About(environ)))
    assert {key: result[key] for key in ("owner", "assignment_type", "commit", "release", "review")} == {
        "owner": "ada", "assignment_type": "individual", "commit": "https://git.example/cs/naps-ada/commit/abc",
        "release": "https://git.example/cs/naps-ada/releases/tag/submit%2F1",
        "review": "https://git.example/cs/naps-ada/commit/abc",
    }  # fmt: skip


# the classic result


def test_long_reasons_are_cut_and_the_points_are_whole() -> None:
    result = json.loads(classroom.render(OUTCOMES["large"], ABOUT))
    assert len(result["tests"]) == 300
    assert all("more characters]" in test["message"] for test in result["tests"])


def test_the_last_of_too_many_checks_are_told_together() -> None:
    many = [check(1, Verdict.PASSED if n % 2 else Verdict.FAILED, Failure("no"), nodeid=str(n)) for n in range(4000)]
    tests = json.loads(classroom.render(grade_of(*many), ABOUT))["tests"]
    *shown, together = tests
    rest = 4000 - len(shown)
    assert together == {
        "name": f"[... {rest:,} more checks]", "status": "fail", "score": rest // 2, "test_code": "", "task_id": None,
        "message": f"{rest // 2} of them passed; there is no room to tell the others one by one",
        "filename": "", "line_no": 1, "duration": 0,
    }  # fmt: skip
    passed = [replace(one, verdict=Verdict.PASSED, failure=None) for one in many]
    together = json.loads(classroom.render(grade_of(*passed), ABOUT))["tests"][-1]
    assert (together["status"], together["message"]) == ("pass", "")


# GitHub


def test_ten_annotations_of_a_kind_those_with_a_line_and_of_most_points_first() -> None:
    checks = [lost(n, f"reason {n}", nodeid=str(n), runs=("run",) if n % 2 else ()) for n in range(1, 14)]
    lines = github.render(grade_of(*checks), ABOUT).splitlines()
    told = [line.rpartition("reason ")[2].split("%")[0] for line in lines if line.startswith("::error")]
    assert told == ["13", "11", "9", "7", "5", "3", "1", "12", "10", "8"]
    assert lines[-2:] == [
        "::notice title=more::3 more to look at; GitHub shows 10 of a kind",
        "::notice title=grade::0 of 91 points",
    ]


def test_one_reason_is_one_annotation() -> None:
    lines = github.render(OUTCOMES["syntax_error"], ABOUT).splitlines()
    assert lines[0].startswith(
        "::error file=naps/naps.py,line=4,title=not run%3A Nap 1 ends in time. and 1 more::Python cannot read the"
    )
    assert len(lines) == 2


def test_a_file_outside_of_the_repository_is_named_in_the_message() -> None:
    (first, _) = github.render(OUTCOMES["crash"], replace(ABOUT, root=PurePosixPath("/elsewhere"))).splitlines()
    assert first == "::error title=lost%3A Nap 1 ends in time. and 1 more::naps.py, line 6: line 6: ValueError: oops"


def test_nothing_graded_is_an_error_of_its_own() -> None:
    assert github.render(OUTCOMES["nothing"], ABOUT) == (
        "::error title=grade::nothing was graded: nobody handed in naps\n"
    )


@pytest.mark.parametrize(
    ("run", "reason", "line"),
    [
        (SYNTAX_ERROR, "", 4),
        (replace(SYNTAX_ERROR, exception=None), "", 4),
        (replace(SYNTAX_ERROR, ended_at=Place("naps.py", 5, "")), "", 5),
        (HANG, "", 5),
        (Trace(Outcome.DEADLOCKED, "Task-1 waits at naps.py:4 `await x`", Recording(), SYNTAX_ERROR.exception), "", 4),
        (
            Trace(Outcome.EXITED, "it left", Recording(), Raised("SystemExit", "", place=Place("naps.py", 3, "f"))),
            "",
            3,
        ),
        (Trace(Outcome.TIMED_OUT, f"line {'9' * 5000}, line 0, line \u0663", Recording()), "", None),
        (Trace(Outcome.CRASHED, "oops", Recording(), Raised("E", "line 99", "", Place("naps.py", 6, "f"))), "", 6),
        (Trace(Outcome.CRASHED, "ValueError: line 99", Recording(), Raised("E", "line 99")), "", None),
        (Trace(Outcome.KILLED, "the program was killed", Recording()), "", None),
        (RUN, "the program took 3 s", 5),
        (replace(RUN, partial=replace(RUN.partial, blocked=())), '"short" came after "long"', 8),
        (replace(RUN, source=(), partial=replace(RUN.partial, blocked=())), "the program took 3 s", None),
    ],
)
def test_the_line_of_a_lost_check(run: Trace, reason: str, line: int | None) -> None:
    grade = grade_of(lost(1, reason or run.reason), run=run)
    named = named_checks(grade)[0]
    place = place_of(named.work, named.check)
    assert (place.lineno if place else None) == line


def test_a_path_is_relative_to_the_root() -> None:
    script = work(path="/home/ada/repository/naps/naps.py")
    helper = Place("parts/helper.py", 1, "f")
    root = PurePosixPath("/home/ada/repository")
    assert file_of(script, None, root) == "naps/naps.py"
    assert file_of(script, helper, root) == "naps/parts/helper.py"
    assert file_of(script, Place("../../x.py", 1, "f"), root) == ""
    assert file_of(script, None, None) == ""
    assert file_of(replace(script, path=""), None, root) == ""
    assert file_of(replace(script, path="/home/ada/repository/a\nb.py"), None, root) == ""
    windows = replace(script, path=r"C:\ada\naps\naps.py")
    assert file_of(windows, helper, PureWindowsPath(r"C:\ada")) == "naps/parts/helper.py"


# the others


def test_a_page_too_long_says_what_was_left_out() -> None:
    text = markdown.render(OUTCOMES["very_large"], ABOUT)
    assert text.endswith("more parts were left out: there is no room for more than 1 MiB]\n")
    assert "[... " not in markdown.render(OUTCOMES["mixed"], ABOUT)


def test_what_a_program_printed_is_cut_for_exercism() -> None:
    output = RUN.partial.output
    long = replace(RUN, partial=replace(RUN.partial, output=type(output)([*output] * 100)))
    (test,) = json.loads(exercism.render(grade_of(lost(1), run=long), ABOUT))["tests"]
    assert test["output"].startswith("long\nshort\nlong\n")
    assert test["output"].endswith("more characters]")


@pytest.mark.parametrize(
    ("student", "row"),
    [
        ("Participant 7", ["Participant 7", "", "1", "3"]),
        ("Participant_8_assignsubmission_file_", ["Participant 8", "", "1", "3"]),
        ("Ada Lovelace_12_assignsubmission_file_", ["Participant 12", "Ada Lovelace", "1", "3"]),
        ("=1_2_assignsubmission_file_", ["Participant 2", "'=1", "1", "3"]),
    ],
)
def test_moodle_knows_a_student_by_the_participants_number(student: str, row: list[str]) -> None:
    checks = (check(1, Verdict.PASSED), lost(2))
    text = csv.render(Grade((Work("naps", student, "naps.py", checks),)), replace(ABOUT, gradebook="moodle"))
    assert cells(text)[1] == [*row, "Wednesday, 25 November 2026, 12:00 PM"]


def test_moodle_gets_one_row_a_participant_in_local_time_and_on_the_scale_of_the_assignment() -> None:
    folders = {
        "Ada Lovelace_12_assignsubmission_file_": (check(1, Verdict.PASSED), lost(2)),
        "Ada Lovelace_12_assignsubmission_onlinetext_": (check(1, Verdict.NOT_RUN), check(2, Verdict.NOT_RUN)),
        "Ben_7_assignsubmission_onlinetext_": (check(1, Verdict.NOT_RUN), check(2, Verdict.PASSED)),
        "Ben_7_assignsubmission_file_": (check(1, Verdict.NOT_RUN), check(2, Verdict.NOT_RUN)),
    }
    grade = Grade(tuple(Work("naps", student, "naps.py", checks) for student, checks in folders.items()))
    now = ABOUT.now.astimezone(timezone(timedelta(hours=-8)))
    text = csv.render(grade, replace(ABOUT, gradebook="moodle", max_score=100, now=now))
    assert cells(text)[1:] == [
        ["Participant 12", "Ada Lovelace", "33.33", "100", "Wednesday, 25 November 2026, 04:00 AM"],
        ["Participant 7", "Ben", "66.67", "100", "Wednesday, 25 November 2026, 04:00 AM"],
    ]


def cells(text: str) -> list[list[str]]:
    """Return the rows of a table, each of whose cells is quoted."""
    return [json.loads(f"[{line}]") for line in text.splitlines()]


def test_a_maximum_is_that_of_an_assignment() -> None:
    works = (work(check(1, Verdict.PASSED), student="ada"), work(check(3, Verdict.PASSED), lost(1), exercise="rests"))
    grade = Grade(tuple(replace(one, student="ada") for one in works))
    about = replace(ABOUT, max_score=10)
    assert cells(csv.render(grade, about))[1:] == [["ada", "1", "3", "8", "10"]]
    canvas = cells(csv.render(grade, replace(about, gradebook="canvas")))
    assert [row[5:] for row in canvas] == [["naps", "rests"], ["10", "10"], ["10", "7.5"]]
    with pytest.raises(UsageError, match=r"^--grade-max-score 0: give a whole number of points, 1 or more$"):
        csv.check(replace(ABOUT, max_score=0))


@pytest.mark.parametrize(("maximum", "shown"), [(None, "3"), (10, "7.5"), (100, "75"), (1, "0.75")])
def test_the_grade_of_vpl_is_on_the_scale_of_the_activity(maximum: int | None, shown: str) -> None:
    grade = grade_of(check(3, Verdict.PASSED), lost(1))
    text = vpl.render(grade, replace(ABOUT, max_score=maximum))
    assert text.splitlines()[-1] == f"Grade :=>> {shown}"


def test_full_marks_on_another_scale_are_the_maximum_of_vpl() -> None:
    passed = grade_of(*(check(number, Verdict.PASSED) for number in (1, 2, 4)))
    assert vpl.render(passed, replace(ABOUT, max_score=30)).splitlines()[-1] == "Grade :=>> 30"
    with pytest.raises(UsageError, match=r"^--grade-max-score 0: give a whole number of points, 1 or more$"):
        vpl.check(replace(ABOUT, max_score=0))


@pytest.mark.parametrize("student", ["ada", "student_7", "7", "Participant", ""])
def test_moodle_gets_no_grade_of_somebody_it_does_not_know(student: str) -> None:
    shown = student or "the submission"
    message = (
        f"csv for moodle: '{shown}' does not say which participant that is: name the folder 'Participant 12', or as"
    )
    with pytest.raises(UsageError, match=f"^{message} Moodle does, 'Ada Lovelace_12_assignsubmission_file_'$"):
        csv.render(Grade((Work("naps", student, "naps.py", ()),)), replace(ABOUT, gradebook="moodle"))


def test_canvas_drops_no_column_and_takes_no_student_for_the_maxima() -> None:
    titles = ["Final Score", "Unposted Current Points", "naps"]
    works = [work(lost(2), student="The Points Possible", exercise=title) for title in titles]
    rows = cells(csv.render(Grade(tuple(works)), replace(ABOUT, gradebook="canvas")))
    assert rows == [
        ["Student", "ID", "SIS User ID", "SIS Login ID", "Section", "Final_Score", "Unposted Current_Points", "naps"],
        ["    Points Possible", "", "", "", "", "2", "2", "2"],
        ["The Points_Possible", "", "", "The Points_Possible", "", "0", "0", "0"],
    ]


def test_a_student_without_a_work_has_an_empty_cell() -> None:
    grade = Grade((work(lost(2), student="ada"), work(lost(2), student="ben", exercise="rests")))
    assert cells(csv.render(grade, ABOUT)) == [
        ["student", "naps", "rests", "score", "max_score"], ["ada", "0", "", "0", "2"], ["ben", "", "0", "0", "2"]
    ]  # fmt: skip


def test_a_broken_grader_gives_no_score_to_a_gradebook() -> None:
    broken = check(1, Verdict.ERROR, Failure("oops"))
    grade = Grade((work(broken, student="ada"), work(lost(2), student="ada", exercise="rests")))
    assert cells(csv.render(grade, ABOUT))[1] == ["ada", "", "0", "", "3"]
    assert cells(csv.render(grade, replace(ABOUT, gradebook="canvas")))[2] == ["ada", "", "", "ada", "", "", "0"]


@pytest.mark.parametrize("name", ["classroom", "classroom50", "github", "gradescope", "html", "json", "markdown"])
def test_a_broken_grader_reports_no_points(name: str) -> None:
    grade = grade_of(check(7, Verdict.PASSED), check(6, Verdict.ERROR, Failure("oops")))
    text = ReportFile(name, None).render(grade, ABOUT)
    assert "7 of 13" not in text
    scored = json.loads(text) if name in {"json", "classroom50", "gradescope"} else {}
    assert scored.get("score") in {None, 0}
    if name in {"html", "markdown", "github", "gradescope"}:
        assert "no points: a grader is broken, so this is not a grade" in text
    assert "no points: a grader is broken, so this is not a grade" in [line for line, _ in terminal.render(grade)]


def test_a_total_that_everybody_sees_gives_no_hidden_verdict_away() -> None:
    hidden = Points(5, visibility=Visibility.HIDDEN)
    seen = (check(2, Verdict.PASSED), lost(1))
    grades = [grade_of(*seen, check(5, verdict, points=hidden)) for verdict in (Verdict.PASSED, Verdict.FAILED)]
    outputs = [json.loads(gradescope.render(grade, ABOUT))["output"] for grade in grades]
    texts = {output.partition("\n")[0] for output in outputs}
    assert texts == {"2 of 3 points in the checks that you see; others are hidden"}


def test_a_format_that_needs_nothing_is_content() -> None:
    ReportFile("markdown", None).check(About())


# Artemis


GRADES_OF_ONE_EXERCISE = {
    "full marks": grade_of(check(1, Verdict.PASSED), check(2, Verdict.PASSED)),
    "lost points": grade_of(check(1, Verdict.PASSED), lost(2)),
    "a hostile program": grade_of(lost(1, HOSTILE), lost(2, HOSTILE), run=HOSTILE_RUN),
    "a long text": grade_of(lost(1, "x" * 100_000), lost(2)),
    "no program": OUTCOMES["missing"],
    "a broken grader": grade_of(check(1, Verdict.PASSED), check(2, Verdict.ERROR, Failure("oops"))),
}


@pytest.mark.parametrize("kind", GRADES_OF_ONE_EXERCISE)
def test_artemis_finds_the_same_cases_of_every_student(kind: str) -> None:
    """It weighs cases by their names, shows the attribute `message`, and drops what is skipped."""
    grade = GRADES_OF_ONE_EXERCISE[kind]
    root = ET.fromstring(ReportFile("junit", None).render(grade, ABOUT))  # noqa: S314  # our own
    (suite,) = root.iter("testsuite")  # in a report of one suite the names of cases are as they are
    cases = suite.findall("testcase")
    assert [case.get("name") for case in cases] == ["Nap 1 ends in time.", "Nap 2 ends in time."]
    assert [len(case) == 0 for case in cases] == [check.verdict is Verdict.PASSED for check in grade.checks]
    assert {child.tag for case in cases for child in case} <= {"failure", "error"}
    assert all(child.get("message") for case in cases for child in case)


def test_artemis_finds_hidden_checks_by_their_numbers() -> None:
    names = set()
    for verdict in (Verdict.PASSED, Verdict.FAILED, Verdict.NOT_RUN):
        grade = grade_of(lost(1), *(hidden(number, Visibility.HIDDEN, verdict) for number in (2, 3)))
        root = ET.fromstring(ReportFile("junit", None).render(grade, ABOUT))  # noqa: S314  # our own
        names.add(tuple(str(case.get("name")) for case in root.iter("testcase")))
    assert names == {("Nap 1 ends in time.", "a hidden check (1)", "a hidden check (2)")}
