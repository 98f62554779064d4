"""``pytest --grade`` from the outside: what is printed, what is written, how it exits."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

import pytest

from pytest_asyncgrade.reports import formats
from tests.conftest import OUR_PLUGINS

from .conftest import GOOD, SLOW

if TYPE_CHECKING:
    from .conftest import Course


def shown(result: pytest.RunResult) -> str:
    """Return what was printed, without pytest's line of dots above and its line of counts below."""
    """Return the report, less the line on isolation: that one is the machine's."""
    lines = [line.rstrip() for line in result.outlines[1:-1] if not line.startswith("graded in isolation: ")]
    return "\n".join(lines).strip()


def test_full_marks_exit_with_0(course: Course) -> None:
    result = course.grade()
    assert result.ret == 0
    assert (
        shown(result)
        == """\
naps ............................................................. 5 of 5 points
  ok      2/2  The shorter nap ends first.
  ok      3/3  The naps overlap.
total: 5 of 5 points"""
    )
    assert result.outlines[-1].startswith("2 passed in ")


def test_pytests_own_categories_are_what_other_plugins_count(course: Course) -> None:
    course.grader("""
        def test_right(submission): assert submission.run().elapsed == 2
        def test_wrong(submission): assert submission.run().elapsed == 3
        def test_left_out(submission): pytest.skip("not today")
        def test_broken(submission): 1 / 0
        @pytest.fixture
        def run(submission): assert submission.run().elapsed == 3
        def test_in_a_fixture(run, submission): pass
        """)
    result = course.grade()
    result.assert_outcomes(passed=1, failed=3, errors=1)
    assert not [line for line in result.outlines if re.match("=+ |FAILED|ERROR ", line)]
    course.write("exercises/naps/naps.py", "def f(:")
    course.grader("def test_it(submission): submission.run().elapsed")
    course.grade().assert_outcomes(failed=1)


def test_a_grader_that_cannot_be_imported_is_told_where_the_others_go_on(course: Course) -> None:
    course.write("graders/rests/test_rests.py", "import nowhere\n")
    result = course.grade("--continue-on-collection-errors")
    result.stdout.fnmatch_lines([
        "total: 5 of 5 points", "ERROR: this grader cannot be used:", "*ModuleNotFoundError: No module named 'nowhere'",
    ])  # fmt: skip


def test_a_check_takes_as_long_as_the_runs_of_its_fixtures(course: Course) -> None:
    course.grader("""
        import time
        @pytest.fixture(scope="module")
        def trace(submission):
            time.sleep(0.3)
            return submission.run()
        def test_first(trace): assert trace.elapsed == 2
        def test_second(trace): assert trace.elapsed == 2
        """)
    course.grade("--grade-report=json=grade.json")
    (work,) = json.loads((course.path / "grade.json").read_text())["works"]
    first, second = (check["duration"] for check in work["checks"])
    assert first > 0.3 > second


def test_lost_points_exit_with_1_and_are_explained(course: Course) -> None:
    course.write("exercises/naps/naps.py", SLOW)
    result = course.grade()
    assert result.ret == 1
    assert (
        shown(result)
        == """\
naps ............................................................. 0 of 5 points

  Repair this first: line 8
       8 | await nap(2); await nap(1)
    the calls of nap() on line 8 wait one after the other: 2 + 1 = 3 s
    hint: started together they take 2 s: await asyncio.gather(...) of all, or a
    task for each
    1 more check may be lost for this reason, too.

  LOST    0/2  The shorter nap ends first. (line 8)
  LOST    0/3  The naps overlap. (line 8)

  Why, check by check:
  - The shorter nap ends first: "slept 2" came before "slept 1", not after it
      expected                             actual
                                           "slept 2" at 2 s
      "slept 1"                            "slept 1" at 3 s
    > "slept 2"

  What happened: python naps.py took 3 s
        2 s main             | slept 2
        3 s main             | slept 1

            task               0                                             3 s
            main             | --------------------------------*---------------*
            * prints, - sleeps
total: 0 of 5 points"""
    )


def test_a_program_that_cannot_run_is_told_once(course: Course) -> None:
    course.write("exercises/naps/naps.py", "async def main()\n    pass\n")
    result = course.grade()
    assert result.ret == 1
    assert (
        shown(result)
        == """\
naps ............................................................. 0 of 5 points

  Repair this first: line 1
       1 | async def main()
    Python cannot read the program: line 1 of naps.py, `async def main()`:
    expected ':'
    1 more check is lost for this reason.

  not run 0/2  The shorter nap ends first. (line 1)
  not run 0/3  The naps overlap. (line 1)
total: 0 of 5 points"""
    )


@pytest.mark.parametrize(
    "source",
    [
        "import os; os._exit(0)",
        "import sys; sys.exit(0); print()",
        "1 / 0",
        "while True: pass",
        "while True: print('y' * 100)",
        "",
        "this is no Python",
        "import asyncio; asyncio.run(asyncio.Event().wait())",
        None,
    ],
)
def test_no_check_of_order_or_duration_passes_on_a_run_that_did_not_finish(course: Course, source: str | None) -> None:
    if source is None:
        (course.path / "exercises/naps/naps.py").unlink()
    else:
        course.write("exercises/naps/naps.py", source)
    checks = [
        "trace.output == in_order('slept 1', 'slept 2')",
        "not trace.output == in_order('slept 1', 'slept 2')",
        "trace.output == []",
        "'slept 1' not in trace.output",
        "trace.elapsed == 2",
        "trace.elapsed < 100",
        "trace.max_concurrency < 100",
        "not trace.blocked",
        "trace.result is None",
    ]
    body = "from pytest_asyncgrade import in_order\n"
    for number, check in enumerate(checks):
        body += f"def test_{number}(submission):\n    trace = submission.run()\n    assert {check}\n"
    course.grader(body)
    result = course.grade("--grade-timeout=0.5", "--grade-report=json=grade.json")
    assert result.ret == 1
    report = json.loads((course.path / "grade.json").read_text())
    assert report["score"] == 0
    (verdict,) = {check["verdict"] for check in report["works"][0]["checks"]}
    assert verdict in {"failed", "not_run"}
    assert len(report["works"][0]["checks"]) == len(checks)


def test_a_graders_own_mistake_is_an_error_and_exits_with_3(course: Course) -> None:
    course.grader("""
        @pytest.mark.points(4)
        def test_it(submission):
            '''It works.'''
            raise RuntimeError("oops")
        """)
    result = course.grade()
    assert result.ret == 3
    assert (
        shown(result)
        == """\
naps ................................................................. no points
  ERROR   0/4  It works.

  Why, check by check:
  - It works: This is a mistake in the grader, not in your program. For your
    teacher:
      graders/naps/test_naps.py:7: in test_it
          raise RuntimeError("oops")
      E   RuntimeError: oops
no points: a grader is broken, so this is not a grade"""
    )


@pytest.mark.parametrize(
    ("body", "verdict", "rationale"),
    [
        ("assert False, 'say it kindly'", "failed", "say it kindly"),
        ("assert 1 == 2", "failed", "1 is 1, not 2"),
        ("trace = submission.run(); assert trace.result == 3", "failed", "the result is None, not 3"),
        ("trace = submission.run(); assert len(trace.tasks) >= 5", "failed",
         "the number of tasks is 3; it should be at least 5"),
        ("trace = submission.run(); assert trace.outcome == 'crashed'", "failed",
         "the way the program ended is finished, not 'crashed'"),
        ("trace = submission.run(); assert 4 in (1, 2)", "failed", "4 is 4; expected: in (1, 2)"),
        ("trace = submission.run(); assert trace.blocked", "failed", "this does not hold: trace.blocked"),
        ("trace = submission.run(); assert trace.elapsed < 1", "failed",
         "the program took 2 s; it should be less than 1 s"),
        ("trace = submission.run(); assert trace.output[0].time == 3", "failed", "it was 1 s, not 3 s"),
        ("trace = submission.run(); assert 'x' in trace.output", "failed", '"x" was not printed'),
        ("trace = submission.run(); assert 'slept 1' not in trace.output", "failed",
         '"slept 1" was printed, and should not have been'),
        ("trace = submission.run(); assert trace.output == ['slept 1']", "failed",
         '"slept 2" at 2 s was printed, and should not have been'),
        ("trace = submission.run(); assert trace.output == []", "failed",
         '"slept 1" was printed, and nothing should have been'),
        ("trace = submission.run(); assert trace.output[2].text == 'x'", "failed",
         "there is no line 3: 2 were printed"),
        ("trace = submission.run(); assert trace.stderr[-1].text == 'x'", "failed",
         "there is no line 1 from the end: nothing was printed"),
        ("pytest.fail('not like this')", "failed", "not like this"),
        ("pytest.skip('another day')", "not_run", "another day"),
        ("pytest.xfail('known to be hard')", "not_run", "known to be hard"),
        ("trace = submission.run(); assert 2 < trace.elapsed <= 4", "failed",
         "the program took 2 s; it should be more than 2 s"),
        ("submission.call('nap', object())", "error", None),
        ("submission.run(3)", "error", None),
        ("submission.run(timeout=0)", "error",
         "test_naps.py:4: submission.run: timeout 0: give a number of seconds above 0"),
        ("submission.play('fill')", "error", None),
    ],
)  # fmt: skip
def test_what_a_failed_assert_says(course: Course, body: str, verdict: str, rationale: str | None) -> None:
    course.grader(f"def test_it(submission):\n    {body}\n")
    course.grade("--grade-report=json=grade.json")
    (check,) = json.loads((course.path / "grade.json").read_text())["works"][0]["checks"]
    assert check["verdict"] == verdict
    if rationale is not None:
        assert check["rationale"] == rationale


@pytest.mark.parametrize(
    ("phase", "verdict"), [("assert False, 'no'\n    yield", "failed"), ("yield\n    assert False, 'no'", "error"),
                           ("1 / 0\n    yield", "error")]
)  # fmt: skip
def test_fixtures_are_judged_by_when_they_fail(course: Course, phase: str, verdict: str) -> None:
    course.grader(f"@pytest.fixture\ndef thing():\n    {phase}\n\ndef test_it(submission, thing):\n    pass\n")
    course.grade("--grade-report=json=grade.json")
    (check,) = json.loads((course.path / "grade.json").read_text())["works"][0]["checks"]
    assert check["verdict"] == verdict


def test_an_async_check_that_nobody_runs_is_the_graders_mistake(course: Course) -> None:
    course.grader("async def test_it(submission):\n    assert False\n")
    result = course.grade("-p", "no:asyncio", "--grade-report=json=grade.json")
    (check,) = json.loads((course.path / "grade.json").read_text())["works"][0]["checks"]
    assert check["verdict"] == "error"
    assert result.ret == 3


def test_a_hidden_check_keeps_its_secrets(course: Course) -> None:
    course.grader("""
        @pytest.mark.points(1, visibility="hidden", hint="secret hint")
        def test_it(submission):
            '''secret name'''
            submission.call("nap", "secret argument")
            assert False, "secret reason"

        @pytest.mark.points(1, visibility="after_due_date")
        def test_other(submission):
            '''secret name'''
        """)
    result = course.grade()
    assert shown(result).startswith("""\
naps ............................................................. 1 of 2 points
  LOST    0/1  a hidden check (1)
  ok      1/1  a hidden check (2)""")
    assert "secret" not in result.stdout.str()


def test_what_happened_is_what_the_lost_checks_looked_at(course: Course) -> None:
    course.grader("""
        @pytest.fixture(scope="module")
        def one(submission):
            return submission.call("nap", 1)

        @pytest.fixture(scope="module")
        def two(submission):
            return submission.call("nap", 2)

        def test_one(one): pass
        def test_two(two): assert two.elapsed == 3
        def test_three(submission): assert submission.call("nap", 3).elapsed == 4
        def test_one_again(one): pass
        """)
    told = [
        [line for line in shown(course.grade(*extra)).splitlines() if "What happened" in line] for extra in ([], ["-v"])
    ]
    first, *others = [f"  What happened: nap({seconds}) took {seconds} s" for seconds in (2, 3, 1)]
    assert told == [[first], [others[1], first, others[0]]]


def test_a_program_that_cannot_run_is_shown_once_whatever_was_asked_of_it(course: Course) -> None:
    course.write("exercises/naps/naps.py", "this is no Python")
    course.grader("""
        def test_one(submission): submission.run().output
        def test_two(submission): submission.call("nap", 1).output
        """)
    lines = shown(course.grade("-v")).splitlines()
    assert [line for line in lines if "What happened" in line] == [
        "  What happened: python naps.py: Python cannot read the program: line 1 of"
    ]


def test_checks_are_shown_in_the_order_of_their_files(course: Course) -> None:
    course.grader("""
        @pytest.mark.parametrize("n", [10, 9])
        def test_it(submission, n):
            '''It naps.'''
            submission.call("nap", n)
        """)
    course.write("graders/naps/test_again.py", "def test_last(submission): pass\n")
    course.write("pytest.ini", "[pytest]\npython_files = test_naps.py test_again.py\n")
    orders = []
    for extra in ([], ["-p", "randomly"], ["-p", "randomly", "-p", "xdist", "-n2"]):
        report = "--grade-report=json=grade.json"
        result = course.pytester.runpytest_subprocess("--grade", *OUR_PLUGINS, report, *extra)
        assert result.ret == 0
        (work,) = json.loads((course.path / "grade.json").read_text())["works"]
        orders.append([[check["name"] for check in work["checks"]], [run["asked"] for run in work["runs"]]])
    assert orders == [[["last", "It naps. [n=10]", "It naps. [n=9]"], ["nap(10)", "nap(9)"]]] * 3


def test_a_bonus_counts_for_the_score_alone(course: Course) -> None:
    course.grader("""
        @pytest.mark.points(2)
        def test_it(submission): pass

        @pytest.mark.points(1, bonus=True)
        def test_more(submission): pass

        @pytest.mark.points(1, bonus=True)
        def test_even_more(submission): assert False, "no"
        """)
    result = course.grade()
    assert result.ret == 0
    assert shown(result).splitlines()[-1] == "total: 3 of 2 points"


def test_a_check_may_give_a_part_of_its_points(course: Course) -> None:
    course.grader("""
        @pytest.mark.points(4)
        def test_rest_fails(submission, points):
            points.earned(1)
            points.earned(2.5)
            assert False, "no more"

        @pytest.mark.points(3, hint="more of it")
        def test_counted(submission, points):
            points.earned(1)

        @pytest.mark.points(2)
        def test_all(submission, points):
            points.earned(points.most)

        @pytest.mark.points(2)
        def test_unfinished(submission, points):
            points.earned(0.1 + 0.2)
            assert submission.call("nothing").result
        """)
    result = course.grade("--grade-report=json=grade.json", "--grade-report=csv=grades.csv")
    assert (
        shown(result).splitlines()[:11]
        == """\
naps .......................................................... 5.8 of 11 points

  Repair this first: line 7
       7 | async def main():
    AttributeError: module 'naps' has no attribute 'nothing'
  Then:
    - 1 of 3 points are earned
    - no more

  LOST    2.5/4 rest fails
  LOST    1/3  counted""".splitlines()
    )
    grade = json.loads((course.path / "grade.json").read_text())
    assert [check["score"] for check in grade["works"][0]["checks"]] == [2.5, 1, 2, 0.3]
    assert grade["score"] == 5.8
    assert '"5.8","11"' in (course.path / "grades.csv").read_text()


@pytest.mark.parametrize("given", ["-1", "3", "float('nan')", "True", "'2'"])
def test_a_wrong_part_of_the_points_is_the_graders_fault(given: str, course: Course) -> None:
    course.grader(f"""
        @pytest.mark.points(2)
        def test_it(submission, points):
            points.earned({given})
        """)
    result = course.grade()
    assert result.ret == 3
    assert "give a number from 0 to 2, the points of this check" in " ".join(result.stdout.str().split())


def test_a_check_without_points_is_worth_1(course: Course) -> None:
    course.grader("def test_a_good_start(submission): pass\n")
    assert (
        shown(course.grade())
        == """\
naps ............................................................. 1 of 1 points
  ok      1/1  a good start
total: 1 of 1 points"""
    )


def test_parameters_are_part_of_a_checks_name(course: Course) -> None:
    course.grader("""
        @pytest.mark.parametrize("n", [1, 2])
        def test_it(submission, n):
            '''It counts
            to n.'''
        """)
    assert shown(course.grade()).splitlines()[1:-1] == [
        "  ok      1/1  It counts to n. [n=1]",
        "  ok      1/1  It counts to n. [n=2]",
    ]


@pytest.mark.parametrize(
    ("mark", "message"),
    [
        ("points(0)", "points(0): give one whole number of points, 1 or more"),
        ("points(-1)", "points(-1): give one whole number of points, 1 or more"),
        ("points(1.5)", "points(1.5): give one whole number of points, 1 or more"),
        ("points(True)", "points(True): give one whole number of points, 1 or more"),
        ("points('2')", "points('2'): give one whole number of points, 1 or more"),
        ("points()", "points(): give one whole number of points, 1 or more"),
        ("points(1, 2)", "points(1, 2): give one whole number of points, 1 or more"),
        ("points(1, bonus=1)", "bonus=1: give True or False"),
        ("points(1, hint=1)", "hint=1: give a text, a function of the trace, or texts by kind of finding"),
        ("points(1, visibility='never')", "visibility='never': choose visible, hidden, after_due_date"),
        ("points(1, hints='')", "points() does not know 'hints': it takes points, bonus, hint, visibility"),
    ],
)
def test_a_wrong_mark_is_a_usage_error_that_names_the_test(course: Course, mark: str, message: str) -> None:
    course.grader(f"@pytest.mark.{mark}\ndef test_it(submission): pass\n")
    result = course.grade()
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines([f"ERROR: graders/naps/test_naps.py::test_it: {message.replace('[', '[[]')}"])


def test_a_check_that_does_not_look_at_the_students_work_is_refused(course: Course) -> None:
    course.grader("def test_it(): pass\n")
    result = course.grade()
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    message = "a check must look at the student's work: let it ask for the fixture 'submission'"
    result.stderr.fnmatch_lines([f"ERROR: graders/naps/test_naps.py::test_it: {message}"])


@pytest.mark.parametrize("mark", ["exercise()", "exercise(3)", "exercise('a', 'b')"])
def test_a_wrong_exercise_is_a_usage_error(course: Course, mark: str) -> None:
    course.grader(f"pytestmark = pytest.mark.{mark}\ndef test_it(submission): pass\n")
    result = course.grade()
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    message = "exercise() takes one text, the exercise's name: exercise('concurrent_sleeps')"
    result.stderr.fnmatch_lines([f"ERROR: graders/naps/test_naps.py*: {message}"])


def test_the_exercise_mark_names_another_exercise(course: Course) -> None:
    course.write("exercises/rests/rests.py", "print('rest')")
    course.grader("pytestmark = pytest.mark.exercise('rests')\n"
                  "def test_it(submission): assert submission.run().output == ['rest']\n")  # fmt: skip
    assert course.grade().ret == 0


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--submission=nowhere"], "--submission nowhere: there is no such file or folder"),
        (
            ["--submissions=nowhere"],
            "--submissions nowhere: there is no such folder; it should hold a folder per student",
        ),
        (["--submissions=empty"], "--submissions empty: no folders in it; it should hold a folder per student"),
        (
            ["--submission=graders", "--submissions=empty"],
            "--submission names one student's work and --submissions a folder of many: give one of the two",
        ),
        (["--grade-report=json"], "--grade-report json: write FORMAT=PATH, as in json=grade.json"),
        (["--grade-report=gh=x"], "--grade-report gh=x: unknown format 'gh': choose " + ", ".join(formats())),
        (["--grade-report=json=no/x.json"], "--grade-report json=no/x.json: there is no folder *"),
        (["--grade-timeout=nan"], "--grade-timeout nan: give a number of seconds above 0"),
        (["--grade-timeout=inf"], "--grade-timeout inf: give a number of seconds above 0"),
        (["--grade-timeout=0"], "--grade-timeout 0: give a number of seconds above 0"),
    ],
)
def test_wrong_options_are_usage_errors(course: Course, arguments: list[str], message: str) -> None:
    (course.path / "empty").mkdir()
    result = course.grade(*arguments)
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines([f"ERROR: {message}"])


@pytest.mark.parametrize("option", ["--submission=x", "--submissions=x", "--grade-report=json=x", "--grade-timeout=3"])
def test_an_option_of_grading_without_grade_is_a_usage_error(course: Course, option: str) -> None:
    result = course.pytester.runpytest_inprocess(option, "-p", "no:randomly", "-p", "no:hypothesispytest")
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    message = "--submission, --submissions, --grade-report and --grade-timeout are for grading: add --grade"
    result.stderr.fnmatch_lines([f"ERROR: {message}"])


def test_without_graders_it_says_where_they_should_be(pytester: pytest.Pytester) -> None:
    result = pytester.runpytest_inprocess("--grade", "-p", "no:hypothesispytest")
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines([
        "ERROR: --grade: there is no folder */graders: name the graders, as in `pytest --grade path/to/graders`"
    ])  # fmt: skip


def test_a_submission_can_be_a_file_or_a_folder(course: Course) -> None:
    course.write("handed/in/naps/naps.py", SLOW)
    course.write("elsewhere/mine.py", GOOD)
    assert course.grade("--submission", "handed/in").ret == 1
    assert course.grade("--submission", "handed/in/naps").ret == 1
    assert course.grade("--submission", "elsewhere/mine.py").ret == 0


def test_a_class_is_graded_student_by_student(course: Course) -> None:
    course.write("class/ada/naps.py", GOOD)
    course.write("class/ben/naps/naps.py", SLOW)
    course.write("class/cy/other.py", GOOD)
    course.write("class/.git/naps.py", GOOD)
    course.write("graders/rests/test_rests.py", "def test_it(submission): pass\n")
    result = course.grade("--submissions", "class")
    assert result.ret == 1
    lines = shown(result).splitlines()
    assert [line for line in lines if " points" in line] == [
        "ada: naps ........................................................ 5 of 5 points",
        "ben: naps  line 8: the calls of nap() on line 8 wait one a... .... 0 of 5 points",
        "cy: naps  there is no file naps.py; there is other.py: ren... .... 0 of 5 points",
        "total: 5 of 15 points",
    ]
    at_length = shown(course.grade("--submissions", "class", "-v"))
    assert "  LOST    0/3  The naps overlap. (line 8)" in at_length.splitlines()
    assert lines[-7:] == [
        "rests: nobody handed it in, so it does not count.",
        "",
        "student  naps  total",
        "ada       5/5    5/5",
        "ben       0/5    0/5",
        "cy        0/5    0/5",
        "total: 5 of 15 points",
    ]


def test_several_exercises_end_in_a_list(course: Course) -> None:
    course.write("exercises/rests/rests.py", "print()")
    course.write("graders/rests/test_rests.py", "def test_it(submission): pass\n")
    assert shown(course.grade()).splitlines()[-3:] == [
        "naps                                       5 of 5 points",
        "rests                                      1 of 1 points",
        "total: 6 of 6 points",
    ]


def test_k_selects_students_and_checks(course: Course) -> None:
    course.write("class/ada/naps.py", GOOD)
    course.write("class/ben/naps.py", SLOW)
    result = course.grade("--submissions", "class", "-k", "ada and overlap")
    assert (
        shown(result)
        == """\
ada: naps ........................................................ 3 of 3 points
total: 3 of 3 points"""
    )


def test_other_plugins_do_not_change_the_report(course: Course) -> None:
    course.write("class/ada/naps.py", GOOD)
    course.write("class/ben/naps.py", SLOW)
    results = [
        course.pytester.runpytest_subprocess("--grade", "--submissions=class", *plugins)
        for plugins in (OUR_PLUGINS, ["-n2"], ["-p", "randomly"], ["-p", "no:asyncio", "-p", "no:timeout"])
    ]
    reports = [result.stdout.str().partition("ada: naps")[2].partition("total:")[0] for result in results]
    assert reports == [reports[0]] * 4
    assert reports[0].count("points") == 2
    assert [result.ret for result in results] == [1] * 4


def test_any_text_of_a_student_survives_xdist(course: Course) -> None:
    course.write("exercises/naps/naps.py", "raise ValueError('\\udc80')")
    result = course.pytester.runpytest_subprocess("--grade", *OUR_PLUGINS, "-p", "xdist", "-n2")
    assert result.ret == 1
    report = result.stdout.str().partition("Repair this first: ")[2].partition("\ntotal")[0]
    assert (
        report
        == """\
line 1
       1 | raise ValueError('\\udc80')
    ValueError: \\udc80
    hint: gather them
    1 more check is lost for this reason.

  LOST    0/2  The shorter nap ends first. (line 1)
  LOST    0/3  The naps overlap. (line 1)"""
    )


def test_a_run_is_done_once_and_shared(course: Course) -> None:
    course.grader("""
        def test_one(submission):
            first = submission.run()
            assert submission.run() is first
            assert submission.run("x") is not first
            assert submission.run(stdin="x") is not first
            assert submission.call("nap", 1) is submission.call("nap", 1)
            assert submission.call("nap", 1) is not submission.call("nap", 2)
            assert submission.run(timeout=3) is not first
            assert repr(submission).startswith("<submission ")
        """)
    course.write("exercises/naps/naps.py", GOOD.replace("asyncio.run(main())", ""))
    assert course.grade().ret == 0


def test_play_runs_a_scenario_of_the_grader(course: Course) -> None:
    course.write("graders/naps/scenarios.py", "async def twice(student, seconds):\n"
                 "    await student.nap(seconds)\n    await student.nap(seconds)\n    return seconds\n")  # fmt: skip
    course.grader("""
        def test_it(submission):
            trace = submission.play("twice", seconds=2)
            assert (trace.elapsed, trace.result) == (4, 2)
            assert trace.output == ["slept 2", "slept 2"]

        def test_live(submission):
            submission.play("twice", seconds=print)
        """)
    result = course.grade("--grade-report=json=grade.json")
    checks = json.loads((course.path / "grade.json").read_text())["works"][0]["checks"]
    assert [check["verdict"] for check in checks] == ["passed", "error"]
    assert checks[1]["rationale"] == (
        "test_naps.py:10: 'twice' cannot be given <built-in function print>: it runs in another process, so arguments "
        "are plain data; to hand it a live object, write a scenario and submission.play() it"
    )
    assert result.ret == 3


@pytest.mark.parametrize(
    ("mark", "arguments", "ini", "seconds"),
    [
        ("timeout(0.6)", [], "", "0.6"),
        ("timeout(timeout=0.6)", ["--grade-timeout=5"], "", "0.6"),
        ("points(1)", ["--grade-timeout=0.6"], "", "0.6"),
        ("points(1)", ["--timeout=0.6"], "", "0.6"),
        ("points(1)", [], "timeout = 0.6", "0.6"),
    ],
)
def test_limits_of_others_limit_a_run(course: Course, mark: str, arguments: list[str], ini: str, seconds: str) -> None:
    course.write("pytest.ini", f"[pytest]\n{ini}\n")
    course.write("exercises/naps/naps.py", "while True: pass")
    course.grader(f"@pytest.mark.{mark}\ndef test_it(submission): submission.run().output\n")
    result = course.grade("--grade-report=json=grade.json", *arguments)
    (check,) = json.loads((course.path / "grade.json").read_text())["works"][0]["checks"]
    assert check["verdict"] == "failed"
    assert check["rationale"].startswith(f"the program was still running after {seconds} s")
    assert result.ret == 1


@pytest.mark.parametrize(
    ("mark", "arguments", "ini"),
    [("timeout(0)", [], ""), ("points(1)", ["--timeout=0"], ""), ("points(1)", [], "timeout = 0")],
)
def test_no_limit_of_pytest_timeout_leaves_the_limit_of_a_run(
    course: Course, mark: str, arguments: list[str], ini: str
) -> None:
    course.write("pytest.ini", f"[pytest]\n{ini}\n")
    course.grader(f"@pytest.mark.{mark}\ndef test_it(submission): assert submission.run().elapsed == 2\n")
    assert course.grade(*arguments).ret == 0


def test_checks_with_other_limits_do_not_share_a_run(course: Course) -> None:
    course.write("exercises/naps/naps.py", "print('slow')\nx = 0\n"
                 "for _ in range(10**7): x += 1\n")  # fmt: skip
    course.grader("""
        @pytest.mark.timeout(0.2)
        def test_soon(submission): submission.run().output

        def test_late(submission): submission.run().output
        """)
    course.grade("--grade-report=json=grade.json")
    checks = json.loads((course.path / "grade.json").read_text())["works"][0]["checks"]
    assert [check["verdict"] for check in checks] == ["failed", "passed"]


def test_v_shows_what_happened_of_full_marks_too(course: Course) -> None:
    assert "What happened: python naps.py took 2 s" in course.grade("-v").stdout.str()
    assert "What happened" not in course.grade().stdout.str()


def test_an_empty_selection_is_pytests_own_status(course: Course) -> None:
    assert course.grade("-k", "nothing").ret == pytest.ExitCode.NO_TESTS_COLLECTED


def test_a_grader_that_cannot_be_imported_is_pytests_own_error(course: Course) -> None:
    course.grader("import nowhere_at_all\n")
    result = course.grade()
    assert result.ret == pytest.ExitCode.INTERRUPTED
    result.stdout.fnmatch_lines(["*No module named 'nowhere_at_all'*"])
