"""A course names its exercises in an order in which they can be done; the repository's own names them all."""

from __future__ import annotations

from pathlib import Path

import pytest

from pytest_asyncgrade.errors import UsageError
from pytest_asyncgrade.grading.course import Lesson, as_markdown, as_text, lessons_of, next_lesson, read_course

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
    assert as_text(lessons, {"one": "8 of 10"}) == [
        "exercise  points   difficulty  teaches        after",
        "one       8 of 10  *           await",
        "two       -        ***         gather, tasks  one",
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


def test_a_course_without_a_file_has_its_exercises_by_their_names(tmp_path: Path) -> None:
    assert [lesson.slug for lesson in lessons_of(tmp_path, {"b", "a"})] == ["a", "b"]
    course(tmp_path, GOOD)
    assert [lesson.slug for lesson in lessons_of(tmp_path, {"three", "one"})] == ["one", "two", "three"]


@pytest.mark.parametrize(
    ("done", "slug"), [([], "one"), (["one"], "two"), (["two"], "one"), (["one", "two"], None), (["three"], "one")]
)
def test_next_is_the_first_that_is_not_done_and_can_be(tmp_path: Path, done: list[str], slug: str | None) -> None:
    lesson = next_lesson(read_course(course(tmp_path, GOOD)), done)
    assert (lesson.slug if lesson else None) == slug


def test_an_exercise_whose_requirements_cannot_be_done_is_next_in_the_end(tmp_path: Path) -> None:
    two = read_course(course(tmp_path, GOOD))[1]
    assert next_lesson([two], set()) == two


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
