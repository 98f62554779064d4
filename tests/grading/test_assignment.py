"""What a word means where a student stands, and which version of a program is there."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from pytest_asyncgrade.errors import UsageError
from pytest_asyncgrade.grading.assignment import Assignment, assignments

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """Return a course of two exercises, and the folder of a student."""
    for slug in ("naps", "rests"):
        write(tmp_path / "graders" / slug / f"test_{slug}.py", "")
        write(tmp_path / "exercises" / slug / f"{slug}.py", "print(1)\n")
    write(tmp_path / "ada" / "naps.py", "print(2)\n")
    return tmp_path.resolve()


def write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")


@pytest.mark.parametrize(
    ("word", "here", "slugs", "submission"),
    [
        ("", ".", ["naps", "rests"], None),
        ("naps", ".", ["naps"], None),
        ("naps", "exercises", ["naps"], None),
        ("", "exercises/naps", ["naps"], None),
        ("exercises/naps/naps.py", ".", ["naps"], None),
        ("graders/rests", ".", ["rests"], None),
        ("graders", ".", ["naps", "rests"], None),
        ("", "ada", ["naps"], "ada"),
        ("ada", ".", ["naps"], "ada"),
        ("ada/naps.py", ".", ["naps"], "ada/naps.py"),
    ],
)
def test_a_word_means_exercises_and_their_programs(
    root: Path, word: str, here: str, slugs: list[str], submission: str | None
) -> None:
    meant = None if submission is None else root / submission
    assert assignments(word, root / here) == [Assignment(root / "graders" / slug, meant) for slug in slugs]


def test_what_there_is_is_named_instead(root: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    with pytest.raises(UsageError, match=r"^there is no exercise 'nap': choose naps, rests$"):
        assignments("nap", root / "exercises")
    elsewhere = tmp_path_factory.mktemp("elsewhere").resolve()
    there = rf"go to the folder with exercises and graders; {elsewhere} is not in one$"
    with pytest.raises(UsageError, match=rf"^there are no graders: {there}"):
        assignments("", elsewhere)
    with pytest.raises(UsageError, match=rf"^there is no exercise 'naps': {there}"):
        assignments("naps", elsewhere)


def test_the_folders_are_those_of_the_program_and_of_the_graders(root: Path) -> None:
    assert assignments("naps", root)[0].folders == (root / "exercises", root / "graders")
    assert assignments("ada", root)[0].folders == (root / "ada", root / "graders")
    assert assignments("ada/naps.py", root)[0].folders == (root / "ada", root / "graders")
    assert assignments("ada", root)[0].options == [f"--submission={root / 'ada'}"]


@pytest.mark.parametrize(
    "path",
    ["exercises/naps/naps.py", "exercises/naps/helper.py", "graders/naps/test_naps.py", "graders/shared.py"],
)
def test_a_version_is_another_when_a_file_is(root: Path, path: str) -> None:
    (naps,) = assignments("naps", root)
    before = naps.version()
    assert naps.version() == before
    write(root / path, "# another\n")
    assert naps.version().digest != before.digest


@pytest.mark.parametrize("path", ["graders/naps/mistakes/one.py", "exercises/rests/rests.py", "exercises/naps/.x.swp"])
def test_a_version_does_not_depend_on_what_is_not_graded(root: Path, path: str) -> None:
    (naps,) = assignments("naps", root)
    before = naps.version()
    write(root / path, "# another\n")
    assert naps.version() == before


def test_a_program_that_is_gone_is_a_problem_of_the_version(root: Path) -> None:
    (naps,) = assignments("naps", root)
    (root / "exercises/naps/naps.py").unlink()
    version = naps.version()
    assert version.script == root / "exercises/naps/naps.py"
    assert version.folder == root / "exercises/naps"
    assert version.problem == "there is no file naps.py"


def test_wrong_settings_of_an_exercise_are_named(root: Path) -> None:
    (naps,) = assignments("naps", root)
    write(root / "graders/naps/exercise.toml", "x = (")
    with pytest.raises(UsageError, match=r"exercise.toml: "):
        naps.version()
