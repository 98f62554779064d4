"""What was expected is aligned with what came by its text, and marked where the two differ."""

from __future__ import annotations

import pytest

from pytest_asyncgrade.grading import side_by_side
from pytest_asyncgrade.trace import QuotedLine

Lines = list[tuple[str, str]]

CASES: dict[str, tuple[Lines, Lines, list[tuple[str, str, bool]]]] = {
    "all as expected": ([("a", ""), ("b", "")], [("a", ""), ("b", "")], [("a", "a", True), ("b", "b", True)]),
    "more came than was asked for": (
        [("b", "")],
        [("a", ""), ("b", ""), ("c", "")],
        [("", "a", True), ("b", "b", True), ("", "c", True)],
    ),
    "one is missing": ([("a", ""), ("b", "")], [("a", "")], [("a", "a", True), ("b", "", False)]),
    "another came in its place": (
        [("a", ""), ("b", "")],
        [("a", ""), ("x", "")],
        [("a", "a", True), ("b", "x", False)],
    ),
    "it came at another moment": ([("a", "1 s")], [("a", "2 s")], [("a at 1 s", "a at 2 s", False)]),
    "it came in time": ([("a", "1 s")], [("a", "1 s")], [("a at 1 s", "a at 1 s", True)]),
    "any moment will do": ([("a", "")], [("a", "2 s")], [("a", "a at 2 s", True)]),
    "a text that looks like a moment": (
        [("a at 1 s", "")],
        [("a at 2 s", "")],
        [("a at 1 s", "a at 2 s", False)],
    ),
    "the order is another": (
        [("a", ""), ("b", "")],
        [("b", ""), ("a", "")],
        [("", "b", True), ("a", "a", True), ("b", "", False)],
    ),
    "nothing came": ([("a", "")], [], [("a", "", False)]),
}


@pytest.mark.parametrize("name", CASES)
def test_expected_lines_are_aligned_with_actual_ones(name: str) -> None:
    *given, rows = CASES[name]
    expected, actual = ([QuotedLine(*line) for line in lines] for lines in given)
    assert list(map(tuple, side_by_side(expected, actual))) == rows
