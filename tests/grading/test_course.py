"""A course names its exercises in an order in which they can be done; the repository's own names them all."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from pytest_asyncgrade.errors import UsageError
from pytest_asyncgrade.grading.course import Lesson, as_markdown, as_text, read_course

ROOT = Path(__file__).parents[2]
GOOD = """
[[exercise]]
slug = "one"
title = "The first"
concepts = ["await"]
difficulty = 1

[[exercise]]
slug = "two"
title = "The second"
concepts = ["gather", "tasks"]
requires = ["one"]
difficulty = 3
"""


def course(folder: Path, text: str) -> Path:
    path = folder / "course.toml"
    path.write_text(text, encoding="utf-8")
    return path


def test_a_course_is_read_in_its_order(tmp_path: Path) -> None:
    lessons = read_course(course(tmp_path, GOOD))
    assert lessons == [
        Lesson("one", "The first", ("await",), 1),
        Lesson("two", "The second", ("gather", "tasks"), 3, ("one",)),
    ]
    assert as_text(lessons) == [
        "exercise  difficulty  teaches        after",
        "one       *           await",
        "two       ***         gather, tasks  one",
    ]
    assert as_markdown(lessons)[-1] == (
        "| [The second](two/README.md) | ●●●○ | `gather`, `tasks` | [one](one/README.md) |"
    )


@pytest.mark.parametrize(
    ("before", "after", "message"),
    [
        (GOOD, "x = (", "course.toml: "),
        (GOOD, "exercise = [1]", "give one table [[exercise]] for each exercise, and nothing else"),
        (GOOD, "[course]", "give one table [[exercise]] for each exercise, and nothing else"),
        ("difficulty = 3", "difficulty = 5", "exercise 'two': difficulty = 5: give a number from 1 to 4"),
        ("difficulty = 3", "", "exercise 'two': difficulty is missing"),
        (
            "difficulty = 3",
            "difficulty = 3\nhours = 2",
            "exercise 'two': 'hours' is not known here",
        ),
        ('title = "The second"', "title = 2", "exercise 'two': title = 2: give a text"),
        ('concepts = ["await"]', 'concepts = "await"', "exercise 'one': concepts = 'await': give a list of texts"),
        ('requires = ["one"]', 'requires = ["three"]', "'two': it requires 'three', which does not come before it"),
        ('slug = "two"', 'slug = "one"', "exercise 'one': there are two of them"),
    ],
)
def test_what_is_no_course_is_named(before: str, after: str, message: str, tmp_path: Path) -> None:
    with pytest.raises(UsageError) as error:
        read_course(course(tmp_path, GOOD.replace(before, after)))
    assert message in str(error.value)


def test_a_course_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"no.toml: No such file or directory; it should be the course.toml"):
        read_course(tmp_path / "no.toml")


def test_our_course_names_every_exercise_and_its_table_is_up_to_date() -> None:
    lessons = read_course(ROOT / "exercises" / "course.toml")
    assert sorted(lesson.slug for lesson in lessons) == sorted(
        path.parent.name for path in ROOT.glob("exercises/*/README.md")
    )
    readme = (ROOT / "exercises" / "README.md").read_text(encoding="utf-8")
    assert "\n".join(as_markdown(lessons)) in readme, "write `asyncgrade list --markdown` into exercises/README.md"
    for lesson in lessons:
        title = (ROOT / "exercises" / lesson.slug / "README.md").read_text(encoding="utf-8").partition("\n")[0]
        assert title == f"# {lesson.title}"


def asyncgrade(*words: str, cwd: Path = ROOT) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "pytest_asyncgrade.cli", "list", *words]
    return subprocess.run(command, cwd=cwd, capture_output=True, text=True, check=False, encoding="utf-8")


def test_the_command_lists_a_course(tmp_path: Path) -> None:
    assert asyncgrade().stdout.splitlines() == as_text(read_course(ROOT / "exercises" / "course.toml"))
    path = course(tmp_path, GOOD)
    assert asyncgrade("--markdown", str(path)).stdout.splitlines() == as_markdown(read_course(path))
    path.write_text("[course]")
    wrong = asyncgrade(str(path))
    assert wrong.returncode == 2
    assert f"Error: {path}: give one table" in wrong.stderr
