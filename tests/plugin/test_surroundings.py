"""`pytest --grade` names what in the graded repository could influence the grade."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .conftest import GOOD, GRADER

if TYPE_CHECKING:
    from pathlib import Path

    import pytest

    from .conftest import Course


def warnings(result: pytest.RunResult) -> list[str]:
    end = " may be the student's and could influence the grade; `asyncgrade grade` ignores it"
    return [line.removeprefix("warning: ").removesuffix(end) for line in result.outlines if line.endswith(end)]


def test_a_repository_without_such_files_gives_no_warning(course: Course) -> None:
    assert warnings(course.grade()) == []
    assert warnings(course.grade("--submission", "exercises/naps/naps.py")) == []


def test_modules_that_configure_or_shadow_are_named_wherever_the_graders_are(course: Course) -> None:
    for name in ("conftest.py", "queue.py", "x.pth", "helpers.py"):
        course.write(name, "")
    (course.path / ".git").mkdir()
    assert warnings(course.grade()) == [str(course.path / name) for name in ("conftest.py", "queue.py", "x.pth")]
    course.write("graders/conftest.py", "")
    assert str(course.path / "graders" / "conftest.py") not in warnings(course.grade())


def test_settings_are_named_if_the_graders_come_from_elsewhere(
    course: Course, tmp_path_factory: pytest.TempPathFactory
) -> None:
    elsewhere: Path = tmp_path_factory.mktemp("teacher") / "naps"
    elsewhere.mkdir()
    (elsewhere / "test_naps.py").write_text(GRADER)
    student = course.write("student/naps.py", GOOD).parent
    settings = course.write("student/pytest.ini", "[pytest]\n")
    assert warnings(course.grade(elsewhere, "--submission", student, "-c", settings)) == [str(settings)]


def test_variables_that_change_pytest_are_named(course: Course, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTEST_ADDOPTS", "-q")
    assert warnings(course.grade()) == ["PYTEST_ADDOPTS"]
