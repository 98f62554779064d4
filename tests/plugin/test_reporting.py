"""The options about reports, from the outside: where they go, for whom they are, what is wrong with them."""

from __future__ import annotations

import base64
import json
from typing import TYPE_CHECKING

import pytest

from pytest_asyncgrade.reports import classroom, formats
from tests.conftest import OUR_PLUGINS

from .conftest import SLOW

if TYPE_CHECKING:
    from .conftest import Course

SECRETS = """
    @pytest.mark.points(1, visibility="hidden", hint="secret hint")
    def test_secret(submission):
        '''secret name'''
        submission.call("nap", "secret argument")
        assert False, "secret reason"

    @pytest.mark.points(1)
    def test_it(submission):
        '''It naps.'''
        submission.run()
    """
CLASSROOM50 = {
    "CLASSROOM": "cs", "ASSIGNMENT": "naps", "OWNER": "ada", "SUBMISSION_TAG": "submit/1",
    "COMMIT_URL": "https://github.com/cs/ada/commit/1", "RELEASE_URL": "https://github.com/cs/ada/releases/tag/1",
}  # fmt: skip


def test_standard_output_is_written_below_all_else(course: Course) -> None:
    result = course.pytester.runpytest_subprocess("--grade", *OUR_PLUGINS, "--grade-report=json=-")
    above, brace, report = result.stdout.str().partition("\n{\n")
    assert above.splitlines()[-1].startswith("2 passed in ")
    assert json.loads(brace + report)["score"] == 5


def test_with_xdist_standard_output_is_written_once(course: Course) -> None:
    parallel = (*OUR_PLUGINS, "-p", "xdist", "-n2")
    result = course.pytester.runpytest_subprocess("--grade", *parallel, "--grade-report=classroom=-")
    assert result.stdout.str().count('{"version":3') == 1
    assert json.loads(result.outlines[-1])["status"] == "pass"


def test_reveal_shows_the_teacher_what_is_hidden(course: Course) -> None:
    course.grader(SECRETS)
    shown = course.grade("--grade-report=json=teacher.json", "--grade-reveal", "-v").stdout.str()
    for text in (shown, (course.path / "teacher.json").read_text()):
        assert [word for word in ("name", "hint", "argument", "reason") if f"secret {word}" not in text] == []


def test_no_report_has_a_byte_of_what_is_hidden(course: Course, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in CLASSROOM50.items():
        monkeypatch.setenv(name, value)
    course.grader(SECRETS)
    (course.path / "reports").mkdir()
    shown = course.grade(*(f"--grade-report={name}=reports/{name}" for name in formats()), "-v")
    assert "secret" not in shown.stdout.str()
    written = {path.name: path.read_bytes() for path in (course.path / "reports").iterdir()}
    assert sorted(written) == list(formats())
    results = json.loads(written["gradescope"])  # for staff there is all in tests that Gradescope hides
    assert [test["visibility"] for test in results["tests"] if "secret" in str(test)] == ["hidden"]
    written["gradescope"] = str([results | {"tests": []}]).encode()
    assert [name for name, text in written.items() if b"secret" in text] == []


def test_an_empty_selection_is_reported_too(course: Course) -> None:
    result = course.grade("-k", "nothing", "--grade-report=classroom=result.json")
    assert result.ret == pytest.ExitCode.NO_TESTS_COLLECTED
    report = json.loads((course.path / "result.json").read_text())
    assert [(test["message"], test["status"], test["score"]) for test in report["tests"]] == [
        ("nothing was graded", "error", 0)
    ]


def test_only_collecting_writes_no_report(course: Course) -> None:
    course.grade("--collect-only", "--grade-report=json=grade.json")
    assert not (course.path / "grade.json").exists()


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--grade-gradebook=canvas"], "--grade-gradebook canvas: that is for the report csv: "
                                       "add --grade-report csv=PATH"),
        (["--grade-max-score=10"], "--grade-max-score 10: that is for the report classroom50 or csv or vpl: "
                                   "add --grade-report classroom50=PATH"),
        (["--grade-report=json=graders"], "--grade-report json=graders: *graders is a folder: name a file"),
        (["--grade-report=classroom50=-", "--grade-max-score=0"],
         "--grade-max-score 0: give a whole number of points, 1 or more"),
        (["--grade-report=vpl=-", "--grade-max-score=-5"],
         "--grade-max-score -5: give a whole number of points, 1 or more"),
    ],
)  # fmt: skip
def test_wrong_options_are_usage_errors(
    course: Course, monkeypatch: pytest.MonkeyPatch, arguments: list[str], message: str
) -> None:
    for name, value in CLASSROOM50.items():
        monkeypatch.setenv(name, value)
    result = course.grade(*arguments)
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines([f"ERROR: {message}"])


def test_a_variable_that_is_missing_is_named_before_anything_is_graded(
    course: Course, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in CLASSROOM50.items():
        monkeypatch.setenv(name, value)
    monkeypatch.delenv("CLASSROOM")
    result = course.grade("--grade-report=classroom50=result.json")
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    message = "the report classroom50 needs the variable CLASSROOM, in which Classroom 50 says what is graded"
    result.stderr.fnmatch_lines([f"ERROR: {message}: it is not set"])
    assert "points" not in result.stdout.str()


def test_a_report_that_cannot_be_written_is_one_message(course: Course, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_args: object, **_kwargs: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("tempfile.mkstemp", full)
    result = course.grade("--grade-report=json=grade.json")
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stdout.fnmatch_lines(["total: 5 of 5 points", "ERROR: --grade-report json=*: [[]Errno 28] No space left*"])


def test_a_program_is_graded_for_classroom_50_and_for_the_classic(
    course: Course, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in CLASSROOM50.items():
        monkeypatch.setenv(name, value)
    course.write("exercises/naps/naps.py", SLOW.replace("; ", "\n    "))
    course.grader("""
        @pytest.mark.points(2, hint="gather them")
        def test_overlap(submission):
            '''The naps overlap.'''
            assert submission.run().elapsed == 2

        @pytest.mark.points(1)
        def test_a_nap(submission):
            '''A nap takes its time.'''
            assert submission.call("nap", 1).elapsed == 1
        """)
    course.grade("--grade-report=classroom50=result.json", "--grade-max-score=100", "--grade-report=classroom=old.json")
    result = json.loads((course.path / "result.json").read_text())
    assert (result["score"], result["max-score"]) == (33, 100)
    assert result["tests"] == [
        {"test-name": "The naps overlap.", "passed": False, "score": 0, "max-score": 67,
         "failure": "the program took 3 s, not 2 s\nhint: gather them"},
        {"test-name": "A nap takes its time.", "passed": True, "score": 33, "max-score": 33},
    ]  # fmt: skip
    old = json.loads(base64.b64decode(classroom.encoded((course.path / "old.json").read_text())))
    assert [(test["test_code"], test["line_no"], test["score"]) for test in old["tests"]] == [
        ("python naps.py", 8, 0), ("nap(1)", 1, 1)
    ]  # fmt: skip
