"""`asyncgrade list` shows how far a student is, and what comes next."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from click.testing import CliRunner

from pytest_asyncgrade.cli import main, standing
from pytest_asyncgrade.cli.prepared import PreparedPytest
from pytest_asyncgrade.grading.course import as_markdown, as_text, read_course

if TYPE_CHECKING:
    from click.testing import Result

    from pytest_asyncgrade.cli.prepared import Graded
    from pytest_asyncgrade.grading.assignment import Assignment

    from .conftest import Files

ROOT = Path(__file__).parents[2]
HOW = "`asyncgrade list --grade` grades what is not graded yet, or was changed since."


def listed(*words: str) -> Result:
    return CliRunner().invoke(main, ["list", *words])


@pytest.fixture(autouse=True)
def at_the_top(files: Files, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(files.root)


def test_a_course_is_listed_before_anything_is_graded(files: Files) -> None:
    (files.root / "exercises/naps/naps.py").unlink()
    assert listed().output.splitlines() == [
        "exercise  points      difficulty  teaches  after",
        "rests     -           *           await",
        "naps      no program  **          gather   rests",
        "",
        "Next: rests (not graded yet)",
        HOW,
    ]


def test_points_are_those_of_the_last_grading_and_it_is_said_if_they_are_outdated(
    files: Files, monkeypatch: pytest.MonkeyPatch
) -> None:
    files.program("rests", "print(1)\nprint(2)\n")
    lines = listed("--grade").output.splitlines()
    assert lines[1:] == [
        "rests     4 of 4  *           await",
        "naps      2 of 4  **          gather   rests",
        "",
        "Next: naps (2 of 4 points so far)",
    ]
    monkeypatch.chdir(files.root / "exercises" / "naps")
    assert listed("--grade").output.splitlines() == lines
    assert listed().output.splitlines() == lines
    files.program("rests", "print(2)\n")
    assert listed().output.splitlines()[1:] == [
        "rests     4 of 4, changed since  *           await",
        "naps      2 of 4                 **          gather   rests",
        "",
        "Next: rests (not graded yet)",
        HOW,
    ]
    files.program("naps", "print(1, 2)\n")
    files.program("rests", "print(1, 2)\n")
    assert listed("--grade").output.splitlines()[-1] == "All points of these exercises are earned."


def test_a_grader_that_is_broken_is_told_and_the_others_are_graded(files: Files) -> None:
    files.write("graders/rests/test_rests.py", "x = (")
    output = listed("--grade").output
    assert output.startswith("rests: This is a mistake in the grader, not in your program. For your teacher:\n")
    assert "\nnaps      2 of 4  **" in output
    assert "\nrests     -       *" in output


def test_a_program_that_changes_while_it_is_graded_has_no_points(files: Files, monkeypatch: pytest.MonkeyPatch) -> None:
    class Slow(PreparedPytest):
        async def grade(self, assignment: Assignment) -> Graded:
            graded = await super().grade(assignment)
            files.program("rests", "print(3)\n")
            return graded

    monkeypatch.setattr(standing, "PreparedPytest", Slow)
    assert "rests     -       *" in listed("--grade").output


def test_a_course_without_graders_is_a_table_alone(files: Files) -> None:
    (files.root / "graders").rename(files.root / "teachers")
    path = files.root / "exercises" / "course.toml"
    for words in ([], [str(path)]):
        assert listed(*words).output.splitlines() == as_text(read_course(path), {})
    assert listed("--markdown").output.splitlines() == as_markdown(read_course(path))


def test_what_is_no_course_is_named(
    files: Files, monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory
) -> None:
    path = files.write("exercises/course.toml", "[course]")
    wrong = listed(str(path))
    assert wrong.exit_code == 2
    assert f"Error: {path}: give one table" in wrong.output
    elsewhere = tmp_path_factory.mktemp("elsewhere").resolve()
    monkeypatch.chdir(elsewhere)
    assert listed().output.splitlines()[-1] == (
        f"Error: there is no course: go to the folder with exercises and graders; {elsewhere} is not in one"
    )


def test_ctrl_c_ends_it(monkeypatch: pytest.MonkeyPatch) -> None:
    def stop(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(standing, "listed", stop)
    result = listed()
    assert (result.exit_code, result.output) == (130, "\nstopped\n")


def test_our_own_course_is_listed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    slugs = [lesson.slug for lesson in read_course(ROOT / "exercises" / "course.toml")]
    assert [line.split()[0] for line in listed().output.splitlines()[1 : len(slugs) + 1]] == slugs
