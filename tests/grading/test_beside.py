"""What was expected stands beside what came, aligned by its text, and is marked where the two part."""

from __future__ import annotations

import pytest

from pytest_asyncgrade.grading import beside

CASES = {
    "all as expected": (["a", "b"], ["a", "b"], [("a", "a", True), ("b", "b", True)]),
    "more came than was asked for": (["b"], ["a", "b", "c"], [("", "a", True), ("b", "b", True), ("", "c", True)]),
    "one is missing": (["a", "b"], ["a"], [("a", "a", True), ("b", "", False)]),
    "another came in its place": (["a", "b"], ["a", "x"], [("a", "a", True), ("b", "x", False)]),
    "it came at another moment": (['"a" at 1 s'], ['"a" at 2 s'], [('"a" at 1 s', '"a" at 2 s', False)]),
    "any moment will do": (['"a"'], ['"a" at 2 s'], [('"a"', '"a" at 2 s', True)]),
    "the order is another": (["a", "b"], ["b", "a"], [("", "b", True), ("a", "a", True), ("b", "", False)]),
    "nothing came": (["a"], [], [("a", "", False)]),
}


@pytest.mark.parametrize("name", CASES)
def test_expected_stands_beside_actual(name: str) -> None:
    expected, actual, rows = CASES[name]
    assert list(map(tuple, beside(expected, actual))) == rows
