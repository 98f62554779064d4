"""Hidden checks: what a teacher keeps is said, and leaves the grade of the rest as it is."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from pytest_asyncgrade.errors import UsageError
from pytest_asyncgrade.grading.settings import HiddenChecks

from .conftest import SLOW

if TYPE_CHECKING:
    from .conftest import Course

SETTINGS = '[hidden]\nfiles = ["test_naps_hidden.py"]\npoints = 3\n'
HIDDEN = '''
import pytest

def test_default(submission):
    """A secret."""
    assert submission.call("nap", 7).elapsed == 7

@pytest.mark.points(2)
def test_marked(submission):
    """Another secret."""
    assert submission.call("nap", 9).elapsed == 9

@pytest.mark.points(1, visibility="visible", bonus=True)
def test_visible(submission):
    """No secret."""
    assert submission.run().elapsed < 9
'''


@pytest.fixture
def hidden(course: Course) -> Course:
    course.write("graders/naps/exercise.toml", SETTINGS)
    course.write("graders/naps/test_naps_hidden.py", HIDDEN)
    return course


def test_the_checks_of_a_hidden_file_are_hidden_unless_their_mark_says_otherwise(hidden: Course) -> None:
    result = hidden.grade()
    assert result.ret == 0
    shown = result.stdout.str()
    assert "naps ............................................................. 9 of 8 points" in shown
    assert shown.count("secret.") == shown.count("No secret.") == 1
    assert "your teacher keeps" not in shown


def test_without_them_the_visible_ones_are_graded_and_the_reports_say_so(hidden: Course) -> None:
    hidden.write("exercises/naps/naps.py", SLOW)
    full = json.loads(report(hidden))
    (hidden.path / "graders/naps/test_naps_hidden.py").unlink()
    reports = [f"--grade-report={name}={name}.out" for name in ("json", "html", "markdown", "gradescope")]
    result = hidden.grade(*reports)
    sentence = "3 more points are in checks that your teacher keeps: they do not count here"
    assert f"  {sentence}" in result.outlines
    for name in ("markdown", "gradescope"):
        assert sentence in (hidden.path / f"{name}.out").read_text(encoding="utf-8")
    assert f">{sentence}<" in (hidden.path / "html.out").read_text(encoding="utf-8")
    work = json.loads((hidden.path / "json.out").read_text(encoding="utf-8"))["works"][0]
    assert (work["withheld"], work["score"], work["max_score"]) == (3, 0, 5)
    visible = [check for check in full["works"][0]["checks"] if check["visibility"] == "visible"]
    assert [(check["name"], check["score"]) for check in visible[:2]] == [
        (check["name"], check["score"]) for check in work["checks"]
    ]


def report(course: Course) -> str:
    course.grade("--grade-report=json=full.json")
    return (course.path / "full.json").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ("[hidden]\nfile = []\n", "*exercise.toml, [[]hidden[]]: 'file' is not known here; there are files and points"),
        ("[hidden]\nfiles = 'x'\npoints = 3\n", "*[[]hidden[]]: files = 'x': give a list of files beside it, as in *"),
        ("[hidden]\nfiles = ['../test_x.py']\npoints = 3\n", "*[[]hidden[]]: files = [[]'../test_x.py'[]]: give a *"),
        ("[hidden]\nfiles = ['test_x.py']\n", "*[[]hidden[]]: points = 0: give the points of the checks in those *"),
        ("[hidden]\nfiles = ['test_x.py']\npoints = 1.5\n", "*[[]hidden[]]: points = 1.5: give the points of the *"),
        (
            "[hidden]\nfiles = ['test_naps_hidden.py', 'test_more_hidden.py']\npoints = 3\n",
            "*exercise.toml, [[]hidden[]]: there is no test_more_hidden.py beside it, and other hidden files are *",
        ),
    ],
)
def test_settings_that_cannot_be_are_named(hidden: Course, settings: str, message: str) -> None:
    hidden.write("graders/naps/exercise.toml", settings)
    result = hidden.grade()
    assert result.ret == 4
    result.stderr.fnmatch_lines([f"ERROR: {message}"])


def test_one_point_is_one_point(hidden: Course) -> None:
    hidden.write("graders/naps/exercise.toml", SETTINGS.replace("= 3", "= 1"))
    (hidden.path / "graders/naps/test_naps_hidden.py").unlink()
    assert "  1 more point is in checks that your teacher keeps: they do not count here" in hidden.grade().outlines


def test_no_files_may_be_worth_nothing() -> None:
    assert HiddenChecks.parse({}, "x") == HiddenChecks()
    with pytest.raises(UsageError, match=r"^x: points = -1: give the points of the checks in those files, a whole"):
        HiddenChecks.parse({"points": -1}, "x")
