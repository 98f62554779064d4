"""`pytest --grade` finds the grader and the program from where a student stands."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

from .conftest import GOOD, GRADER, SLOW

if TYPE_CHECKING:
    from .conftest import Course

FULL = "naps ............................................................. 5 of 5 points"
NONE = FULL.replace("5 of", "0 of")


@pytest.fixture
def student(course: Course) -> Course:
    """Return a course with a student's folder in it; the starter gets nothing, the student's file everything."""
    course.write("exercises/naps/naps.py", SLOW)
    course.write("ada/naps.py", GOOD)
    course.write("graders/rests/test_rests.py", GRADER)
    return course


@pytest.mark.parametrize(
    ("here", "words", "score"),
    [
        (".", ["naps"], NONE),
        (".", ["exercises/naps"], NONE),
        (".", ["exercises/naps/naps.py"], NONE),
        (".", ["ada"], FULL),
        (".", ["ada/naps.py"], FULL),
        (".", ["graders/naps"], NONE),
        (".", ["naps", "--submission=ada"], FULL),
        (".", ["exercises/naps", "--submission=ada"], FULL),
        ("exercises", ["naps"], NONE),
        ("exercises", [], NONE),
        ("exercises/naps", [], NONE),
        ("exercises/naps", ["."], NONE),
        ("exercises/naps", ["naps"], NONE),
        ("exercises/naps", ["naps.py"], NONE),
        ("ada", [], FULL),
        ("ada", ["naps"], FULL),
        ("ada", ["naps", "-n2"], FULL),
        ("ada", ["../graders/naps", "--submission=."], FULL),
    ],
)
def test_the_program_that_is_there_is_graded_by_its_grader(
    student: Course, here: str, words: list[str], score: str
) -> None:
    os.chdir(student.path / here)  # pytester goes back
    result = student.grade(*words)
    assert [line for line in result.outlines if "...... " in line] == [score]
    assert result.ret == (0 if score == FULL else 1)


def test_a_folder_with_nothing_for_a_grader_is_graded_with_all_as_before(student: Course) -> None:
    (student.path / "graders/rests/test_rests.py").unlink()
    os.chdir(student.path / "ada")
    (student.path / "ada" / "naps.py").unlink()
    assert NONE in student.grade().outlines


def test_a_name_without_a_grader_is_named(student: Course) -> None:
    result = student.grade("nap")
    assert result.ret == 4
    where = f"in {student.path}, nor in a folder above it"
    assert result.errlines[0] == f"ERROR: --grade nap: there is no graders/nap {where}"
    student.write("ada/lost.py", GOOD)
    lost = student.grade("ada/lost.py").errlines[0]
    assert (
        lost
        == f"ERROR: --grade ada/lost.py: there is no graders/lost in {student.path / 'ada'}, nor in a folder above it"
    )
    student.write("empty/notes.txt", "")
    assert student.grade("empty").errlines[0].startswith("ERROR: --grade empty: there is no graders/empty in ")
    assert "file or directory not found: naps::test_overlap" in student.grade("naps::test_overlap").stderr.str()
    assert "file or directory not found: no/where" in student.grade("no/where").stderr.str()


def test_programs_in_different_folders_are_graded_one_at_a_time(student: Course) -> None:
    student.write("ben/rests.py", GOOD)
    result = student.grade("ada", "ben")
    assert result.ret == 4
    assert result.errlines[0] == (
        f"ERROR: --grade: these programs are in different folders, {student.path / 'ada'}, {student.path / 'ben'}: "
        "name one at a time"
    )
    assert student.grade("naps", "graders/rests").ret == 1
