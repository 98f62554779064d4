"""Classroom 50: the bundle's ``autograder.py``, started as its runner starts it."""

from __future__ import annotations

import os
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from pytest_asyncgrade.cli.classroom50 import find_grader
from pytest_asyncgrade.cli.grade import NotGradedError
from pytest_asyncgrade.cli.init import init_classroom50
from tests.plugin.conftest import GOOD, SLOW
from tests.reports.validators import CLASSROOM50, loaded

from .conftest import HOSTILE, hand_in

if TYPE_CHECKING:
    from pathlib import Path

VARIABLES = {
    "CLASSROOM": "cs", "ASSIGNMENT": "two-naps", "SUBMISSION_TAG": "submit/2026-06-01T14-32-05Z-a1b2c3d",
    "PAGES_BASE_URL": "https://cs.example", "USERNAME": "ada", "OWNER": "ada", "ASSIGNMENT_TYPE": "individual",
    "COMMIT_URL": "https://github.com/cs/x/commit/1", "RELEASE_URL": "https://github.com/cs/x/releases/tag/1",
    "REVIEW_URL": "https://github.com/cs/x/compare/0...1", "GITHUB_ACTIONS": "true",
}  # fmt: skip
CRASH = "1 / 0\n"


class Classroom:
    """A runner with one assignment's bundle and one student's checkout."""

    def __init__(self, folder: Path, grader: Path, checkout: Path) -> None:
        init_classroom50(folder / "autograders", grader)
        self.bundle = folder / "autograders" / "two-naps"
        self.checkout = checkout
        self.output = folder / "output"
        self.output.touch()

    def grade(self, **variables: str) -> subprocess.CompletedProcess[str]:
        """Start ``autograder.py``; whatever pip wants to install is there already, or nowhere."""
        keep = {key: value for key, value in os.environ.items() if not key.startswith(("GITHUB_", "PYTEST"))}
        environ = keep | VARIABLES | {"PIP_NO_INDEX": "1", "GITHUB_OUTPUT": str(self.output)} | variables
        return subprocess.run(
            [sys.executable, self.bundle / "autograder.py"],
            cwd=self.checkout, env=environ, capture_output=True, text=True, encoding="utf-8", check=False, timeout=300,
        )  # fmt: skip

    @property
    def result(self) -> dict[str, object]:
        result: dict[str, object] = loaded((self.checkout / "result.json").read_text(encoding="utf-8"), CLASSROOM50)
        return result

    @property
    def nothing(self) -> bool:
        """Whether nothing was recorded."""
        files = [self.checkout / name for name in ("result.json", "release-body.md")]
        return not any(path.exists() for path in files) and self.output.read_text() == ""


@pytest.fixture
def classroom(tmp_path: Path, grader: Path, repository: Path) -> Classroom:
    return Classroom(tmp_path, grader, repository)


def test_a_right_program_is_a_success(classroom: Classroom) -> None:
    (classroom.checkout / "two_naps.py").write_text(GOOD, encoding="utf-8")
    done = classroom.grade()
    assert done.returncode == 0, done.stdout + done.stderr
    result = classroom.result
    assert (result["classroom"], result["assignment"], result["owner"]) == ("cs", "two-naps", "ada")
    assert (result["score"], result["max-score"]) == (5, 5)
    assert classroom.output.read_text() == "status=success\nsummary=5 of 5 points\n"
    assert "5 of 5 points" in (classroom.checkout / "release-body.md").read_text(encoding="utf-8")
    assert done.stdout.startswith("::stop-commands::")
    assert "MINE" not in done.stdout


@pytest.mark.parametrize("source", [SLOW, CRASH, "while True: pass", None], ids=["slow", "crash", "hang", "missing"])
def test_what_is_the_students_fault_is_a_score_with_reasons(classroom: Classroom, source: str | None) -> None:
    (classroom.bundle / "graders" / "two_naps" / "exercise.toml").write_text("[limits]\nwall_seconds = 1\n")
    if source is not None:
        (classroom.checkout / "two_naps.py").write_text(source, encoding="utf-8")
    done = classroom.grade()
    assert done.returncode == 0, done.stdout + done.stderr
    result = classroom.result
    assert (result["score"], result["max-score"]) == (0, 5)
    tests = result["tests"]
    assert isinstance(tests, list)
    assert len(tests) == 2
    assert all(test["failure"] and test["passed"] is False for test in tests)
    assert classroom.output.read_text() == "status=failure\nsummary=0 of 5 points\n"


def test_a_hostile_program_changes_nothing(classroom: Classroom) -> None:
    for name in ("c23_write_results", "c24_github_files"):
        hand_in(HOSTILE / f"{name}.py", classroom.checkout)
        classroom.output.write_text("")
        done = classroom.grade()
        assert done.returncode == 0, done.stdout + done.stderr
        assert classroom.result["score"] == 0
        assert classroom.output.read_text() == "status=failure\nsummary=0 of 5 points\n"


@pytest.mark.skipif(sys.platform == "win32", reason="links need rights there")
def test_links_and_folders_in_the_place_of_results_are_replaced(classroom: Classroom, tmp_path: Path) -> None:
    (classroom.checkout / "two_naps.py").write_text(GOOD, encoding="utf-8")
    precious = tmp_path / "precious"
    precious.write_text("mine")
    (classroom.checkout / "result.json").symlink_to(precious)
    (classroom.checkout / "release-body.md").mkdir()
    assert classroom.grade().returncode == 0
    assert precious.read_text() == "mine"
    assert classroom.result["score"] == 5
    assert (classroom.checkout / "release-body.md").is_file()


def test_programs_in_exercises_and_bundles_elsewhere_are_found(classroom: Classroom, tmp_path: Path) -> None:
    (classroom.checkout / "exercises" / "two_naps").mkdir(parents=True)
    (classroom.checkout / "exercises" / "two_naps" / "two_naps.py").write_text(GOOD, encoding="utf-8")
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    (classroom.bundle / "graders").rename(elsewhere / "graders")
    assert classroom.grade(CLASSROOM50_BUNDLE_DIR=str(elsewhere)).returncode == 0
    assert classroom.result["score"] == 5


def test_what_cannot_be_installed_is_said(classroom: Classroom) -> None:
    autograder = classroom.bundle / "autograder.py"
    autograder.write_text(autograder.read_text().replace("asyncgrade==", "asyncgrade==9999."))
    done = classroom.grade()
    assert done.returncode == 1
    assert done.stderr.splitlines()[-1] == "pytest-asyncgrade could not be installed: see above"
    assert classroom.nothing


def test_a_broken_grader_is_the_teachers_and_nothing_is_recorded(classroom: Classroom) -> None:
    (classroom.checkout / "two_naps.py").write_text(GOOD, encoding="utf-8")
    broken = "def test_it(submission):\n    1 / 0\n"
    (classroom.bundle / "graders" / "two_naps" / "test_two_naps.py").write_text(broken)
    done = classroom.grade()
    assert done.returncode == 1
    assert done.stderr == "asyncgrade classroom50: a check of the grader two_naps is broken: this is no grade\n"
    assert classroom.nothing


def test_a_variable_that_is_missing_is_named_before_anything_is_graded(classroom: Classroom) -> None:
    done = classroom.grade(SUBMISSION_TAG="")
    assert done.returncode == 1
    assert "the variable SUBMISSION_TAG" in done.stderr
    assert "the grading ended with status 4" in done.stderr
    assert classroom.nothing


def test_a_grader_is_found_by_the_assignments_name_or_because_it_is_the_only_one(tmp_path: Path) -> None:
    for slug in ("two_naps", "Rests"):
        (tmp_path / "graders" / slug).mkdir(parents=True)
        (tmp_path / "graders" / slug / "test_it.py").touch()
    assert find_grader(tmp_path, "two-naps").name == "two_naps"
    assert find_grader(tmp_path, "rests").name == "Rests"
    with pytest.raises(NotGradedError, match=r"^the assignment 'x' needs its grader in .*; .*: Rests, two_naps$"):
        find_grader(tmp_path, "x")
    (tmp_path / "graders" / "Rests" / "test_it.py").unlink()
    assert find_grader(tmp_path, "x").name == "two_naps"
    with pytest.raises(NotGradedError, match=r"^the assignment 'x' needs its grader in .*; there are: none$"):
        find_grader(tmp_path / "graders", "x")
