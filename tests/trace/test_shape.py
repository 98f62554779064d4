"""Shapes of plain data: what fits, what does not, and what a student reads."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal

import pytest

from pytest_asyncgrade.trace.plain import Opaque
from pytest_asyncgrade.trace.shape import complaint, described, is_shape


@pytest.mark.parametrize(
    ("value", "shape"),
    [
        (1, int), (1, float), (1.5, float), (True, bool), (None, None), (None, type(None)), ("a", str), (b"", bytes),
        ([], list[int]), ([1, 2], list[int]), ([1, "a"], list[Any]), ([1, "a"], list), ({"a": None}, dict),
        ((1, "a"), tuple[int, str]), ((1, 2, 3), tuple[int, ...]), ((), tuple[()]), ((), tuple[int, ...]),
        ({"a": [1], "b": None}, dict[str, list[int] | None]), ({1}, set[int]), (frozenset("a"), frozenset[str]),
        ("yes", Literal["yes", "no"]), (None, int | None), ([[None]], list[list[int] | list[None]]),
        (Opaque("Shop"), Any),
    ],
)  # fmt: skip
def test_a_value_has_its_shape(value: object, shape: object) -> None:
    assert is_shape(shape)
    assert not complaint("f", value, shape)


@pytest.mark.parametrize(
    ("value", "shape", "said"),
    [
        (True, list[int], "f() returned True; it should return a list of whole numbers"),
        (True, int, "f() returned True; it should return a whole number"),
        (1.0, int, "f() returned 1.0; it should return a whole number"),
        (None, str, "f() returned None; it should return a text"),
        (0, None, "f() returned 0; it should return None"),
        ((1, 2), list[int], "f() returned (1, 2); it should return a list of whole numbers"),
        ((1, 2, 3), tuple[int, int],
         "f() returned (1, 2, 3); it should return a tuple of 2: a whole number, a whole number"),
        (Opaque("Shop"), dict[str, int],
         "f() returned <an object of type Shop>; it should return a dict of texts to whole numbers"),
        ("maybe", Literal["yes", "no"], "f() returned 'maybe'; it should return 'yes' or 'no'"),
        (1, Literal[True], "f() returned 1; it should return True"),
        ([1, None], list[int], "f() should return a list of whole numbers; in the result it returned, "
         "result[1] is None, not a whole number"),
        ({"a": ["b"], "c": [3]}, dict[str, list[str] | None],
         "f() should return a dict of texts to lists of texts or None; in the result it returned, "
         "result['c'][0] is 3, not a text"),
        ({1: 2}, dict[str, int], "f() should return a dict of texts to whole numbers; in the result it returned, "
         "a key of result is 1, not a text"),
        ({"x"}, set[int], "f() should return a set of whole numbers; in the result it returned, "
         "a part of result is 'x', not a whole number"),
        ((True, []), tuple[bool, list[int] | str | None], ""),
        (("a", 3), tuple[str, list[int] | None], "f() should return a tuple of 2: a text, a list of whole numbers or "
         "None; in the result it returned, result[1] is 3, not a list of whole numbers or None"),
        (10**5000, list[int],
         "f() returned <an int of about 5001 digits>; it should return a list of whole numbers"),
    ],
    ids=lambda value: str(value)[:30] if isinstance(value, str) else "",
)  # fmt: skip
def test_a_student_reads_what_came_and_what_should(value: object, shape: object, said: str) -> None:
    assert complaint("f", value, shape) == said


@pytest.mark.parametrize("shape", [3, "int", Sequence[int], list[object], dict[str, Sequence[int]], complex, ...])
def test_what_is_no_shape_of_plain_data_is_none(shape: object) -> None:
    assert not is_shape(shape)


def test_a_shape_is_described_as_one_or_many() -> None:
    assert described(list[tuple[str, ...]]) == "a list of tuples of texts"
    assert described(list[dict[str, list]]) == "a list of dicts of texts to lists"  # type: ignore[type-arg]  # the point
