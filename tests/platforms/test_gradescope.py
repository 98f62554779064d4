"""Gradescope: ``run_autograder``, started in folders like its own."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from pytest_asyncgrade.cli import gradescope as module
from pytest_asyncgrade.cli.gradescope import gradescope, lateness, with_lateness
from pytest_asyncgrade.cli.init import init_gradescope
from tests.plugin.conftest import GOOD, SLOW
from tests.reports.validators import GRADESCOPE, loaded

from .conftest import HOSTILE, hand_in, python_in

METADATA: dict[str, Any] = {
    "id": 123456,
    "created_at": "2018-08-01T01:05:00.000000-07:00",
    "assignment": {"due_date": "2018-07-31T23:00:00.000000-07:00", "late_due_date": None, "title": "Naps"},
    "users": [{"email": "ada@example.com", "id": 1234, "name": "Ada"}],
}
LATE = "Handed in 2 hours 5 minutes after the due date, 2018-07-31T23:00:00.000000-07:00."


@pytest.fixture
def root(tmp_path: Path, grader: Path, repository: Path) -> Path:
    """Return a folder as /autograder is after setup.sh."""
    root = tmp_path / "autograder"
    init_gradescope(root / "source", [grader])
    shutil.copyfile(root / "source" / "run_autograder", root / "run_autograder")
    shutil.copytree(repository, root / "submission")
    subprocess.run(["bash", "-c", python_in(str(root / "venv"))], check=True)
    return root


def run(root: Path) -> dict[str, Any]:
    """Run the autograder, and return its results."""
    command = ["bash", str(root / "run_autograder")]
    environ = {"ASYNCGRADE_ROOT": str(root), "PATH": "/usr/bin:/bin"}
    subprocess.run(command, cwd=root, env=environ, check=False, timeout=300)
    text = (root / "results" / "results.json").read_text(encoding="utf-8")
    results: dict[str, Any] = json.loads(text)
    return loaded(text, GRADESCOPE) if "tests" in results else results


@pytest.mark.skipif(sys.platform == "win32", reason="bash is needed")
class TestRunAutograder:
    def test_a_submission_is_graded_by_what_is_in_the_archive(self, root: Path) -> None:
        (root / "submission" / "two_naps.py").write_text(GOOD, encoding="utf-8")
        results = run(root)
        assert sum(test["score"] for test in results["tests"]) == 5
        assert [test["max_score"] for test in results["tests"]] == [2, 3]
        assert "extra_data" not in results or "late" not in results["extra_data"]

    def test_that_it_is_late_is_said_and_passed_through(self, root: Path) -> None:
        (root / "submission" / "two_naps.py").write_text(SLOW, encoding="utf-8")
        (root / "submission_metadata.json").write_text(json.dumps(METADATA), encoding="utf-8")
        results = run(root)
        assert [test["score"] for test in results["tests"]] == [0, 0]
        assert results["extra_data"]["late"] == {
            "created_at": METADATA["created_at"], "due_date": "2018-07-31T23:00:00.000000-07:00",
            "late_due_date": None, "seconds_late": 7500,
        }  # fmt: skip
        assert results["output"].endswith(LATE)

    def test_a_hostile_program_does_not_write_the_results(self, root: Path) -> None:
        hand_in(HOSTILE / "c23_write_results.py", root / "submission")
        assert sum(test["score"] for test in run(root)["tests"]) == 0

    @pytest.mark.parametrize(
        ("source", "reason"),
        [
            (
                "def test_it(submission):\n    1 / 0\n",
                "a check of the grader is broken, see the autograder's output",
            ),
            ("", "the grading ended with status 5: there is no check in the graders"),
            (None, "there are no graders in {}/source/graders"),
        ],
    )
    def test_a_teachers_mistake_is_said_in_the_results(self, root: Path, source: str | None, reason: str) -> None:
        (root / "submission" / "two_naps.py").write_text(GOOD, encoding="utf-8")
        if source is None:
            shutil.rmtree(root / "source" / "graders")
        else:
            (root / "source" / "graders" / "two_naps" / "test_two_naps.py").write_text(source)
        fault = "This could not be graded, and that is not your program's fault. Tell your teacher: "
        assert run(root) == {
            "score": 0,
            "output": fault + reason.format(root),
            "output_format": "text",
            "stdout_visibility": "hidden",
        }

    def test_an_autograder_that_was_not_set_up_says_so(self, root: Path) -> None:
        shutil.rmtree(root / "venv")
        assert run(root)["output"] == "The autograder was not set up: tell your teacher to read the output of setup.sh."

    def test_the_scripts_are_sound(self, root: Path) -> None:
        if shutil.which("shellcheck") is None:
            pytest.skip("shellcheck is not here")
        scripts = [root / "source" / name for name in ("setup.sh", "run_autograder")]
        checked = subprocess.run(["shellcheck", *scripts], capture_output=True, text=True, check=False)
        assert checked.stdout == ""


def test_a_grading_that_is_killed_leaves_results_that_say_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def killed(_root: Path) -> dict[str, Any]:
        raise KeyboardInterrupt

    monkeypatch.setattr(module, "_graded", killed)
    with pytest.raises(KeyboardInterrupt):
        gradescope(tmp_path)
    results = json.loads((tmp_path / "results" / "results.json").read_text(encoding="utf-8"))
    assert results["score"] == 0
    assert results["output"].endswith(
        "Tell your teacher: the grading did not come to its end; the autograder may take too little time"
    )


def test_a_root_may_be_said_from_where_one_is(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (root / "submission" / "hw1").mkdir()
    (root / "submission" / "hw1" / "two_naps.py").write_text(GOOD, encoding="utf-8")
    for path in (root / "submission").glob("*.py"):
        path.unlink()  # as an archive has it: one folder, and in it the program
    monkeypatch.chdir(root)
    assert gradescope(Path())
    assert json.loads((root / "results" / "results.json").read_text(encoding="utf-8"))["score"] == 5


def test_a_students_own_due_date_counts_and_of_a_group_the_latest(tmp_path: Path) -> None:
    def user(due: str | None) -> dict[str, Any]:
        return {"name": "Ada", "assignment": {"due_date": due, "late_due_date": None}}

    def late(*users: dict[str, Any]) -> tuple[str, int]:
        path = tmp_path / "submission_metadata.json"
        path.write_text(json.dumps(METADATA | {"users": [*users]}), encoding="utf-8")
        told = lateness(path)
        return told["due_date"], told["seconds_late"]

    everybodys = METADATA["assignment"]["due_date"]
    own, latest = "2018-08-01T01:04:00-07:00", "2018-08-02T00:00:00-07:00"
    assert late(user(own)) == (own, 60)
    assert late(user(None), {"name": "Ben"}) == (everybodys, 7500)
    assert late(user(own), user(latest), user(None)) == (latest, 0)
    assert late() == (everybodys, 7500)


@pytest.mark.parametrize(
    "metadata",
    [
        None,
        "",
        "{",
        "[]",
        "{}",
        '{"created_at": "x", "assignment": {"due_date": "y"}}',
        '{"created_at": "2018-07-01T14:22:32-07:00", "assignment": {"due_date": null}}',
        '{"created_at": "2018-07-01T14:22:32", "assignment": {"due_date": "2018-07-01T14:22:32-07:00"}}',
    ],
)
def test_of_what_cannot_be_understood_nothing_is_said(tmp_path: Path, metadata: str | None) -> None:
    path = tmp_path / "submission_metadata.json"
    if metadata is not None:
        path.write_text(metadata, encoding="utf-8")
    assert lateness(path) == {}
    assert with_lateness({"tests": []}, {}) == {"tests": []}


def test_who_is_in_time_reads_nothing_of_it(tmp_path: Path) -> None:
    path = tmp_path / "submission_metadata.json"
    path.write_text(json.dumps(METADATA | {"created_at": "2018-07-31T22:59:59-07:00"}), encoding="utf-8")
    late = lateness(path)
    assert late["seconds_late"] == 0
    assert with_lateness({"extra_data": {"a": 1}}, late) == {"extra_data": {"a": 1, "late": late}}
