"""What a student is told of a scenario, and which of their functions it is about."""

from __future__ import annotations

import pytest

from pytest_asyncgrade.grading.scenarios import Scenario, filled, scenario

SOURCE = b'''
async def boil(student, litres):
    """Kettle({litres}) is
    awaited once.

    For the teacher: it returns the water.
    """
    student.fetch = None
    return await make(student, litres)

async def make(student, litres):
    return await student.Kettle(litres).heat(make)

async def again(student):
    await again(student)
    student.run(student.main)

def plain():
    pass
'''


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("boil", Scenario("Kettle({litres}) is awaited once", ("Kettle",))),
        ("make", Scenario("", ("Kettle",))),
        ("again", Scenario("", ("run", "main"))),
        ("plain", Scenario()),
        ("missing", Scenario()),
    ],
)
def test_a_scenario_is_told_by_its_docstring(name: str, expected: Scenario) -> None:
    assert scenario(SOURCE, name) == expected


def test_a_file_that_is_no_python_tells_nothing() -> None:
    assert scenario(b"async def", "boil") == Scenario()


def test_values_are_rounded_for_the_eye() -> None:
    assert filled("after {seconds} s", {"seconds": 1234.5}) == "after 1234 s"
    given = {"n": 2.123456, "words": ["a", "b"], "rest": None, "text": "it"}
    assert filled("{n} {words} {rest} {text} {n!r}", given) == "2.12 a, b None it {n!r}"
