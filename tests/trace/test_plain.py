from __future__ import annotations

import math
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytest_asyncgrade.trace.plain import (
    MAX_DEPTH,
    NotPlainError,
    Opaque,
    decode,
    digits_apart,
    encode,
    is_plain,
    number,
    shown,
)

scalars = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text() | st.binary()
values = st.recursive(
    scalars,
    lambda inner: (
        st.lists(inner)
        | st.tuples(inner, inner)
        | st.dictionaries(scalars, inner, max_size=3)
        | st.sets(scalars, max_size=3)
        | st.frozensets(scalars, max_size=3)
    ),
    max_leaves=8,
)


@given(values)
def test_plain_data_crosses_unchanged(value: object) -> None:
    crossed = decode(encode(value))
    assert crossed == value
    assert type(crossed) is type(value)
    assert is_plain(value)


def test_nan_and_huge_numbers_cross() -> None:
    assert math.isnan(decode(encode(math.nan)))
    assert decode(encode(10**5000)) == 10**5000


class Yes:
    def __eq__(self, other: object) -> bool:
        return True

    __hash__ = object.__hash__


class Text(str):
    __slots__ = ()


@pytest.mark.parametrize("value", [Yes(), Text("x"), object])
def test_what_is_no_exact_built_in_arrives_as_the_name_of_its_type(value: object) -> None:
    crossed = decode(encode([value]))[0]
    assert isinstance(crossed, Opaque)
    assert crossed.type_name == type(value).__name__
    assert crossed != 1
    assert crossed != "x"
    assert repr(crossed) == f"<an object of type {type(value).__name__}>"
    assert not is_plain({"key": [value]})
    assert is_plain({"opaque": ["opaque"]})


def test_a_value_nested_without_end_is_cut_off() -> None:
    endless: list[Any] = []
    endless.append(endless)
    crossed = decode(encode(endless))
    for _ in range(MAX_DEPTH):
        crossed = crossed[0]
    assert isinstance(crossed, Opaque)


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (3, "a value without its type"),
        ([], "a value without its type"),
        ([["int"]], "a value without its type"),
        (["int", "xyz"], "a malformed 'int'"),
        (["int"], "a malformed 'int'"),
        (["float", "1e999999", 3], "a malformed 'float'"),
        (["set", ["list"]], "a malformed 'set'"),
        (["dict", 3], "a malformed 'dict'"),
        (["pickle", "x"], "a malformed 'pickle'"),
    ],
)
def test_what_encode_never_wrote_is_refused(data: object, message: str) -> None:
    with pytest.raises(NotPlainError, match=f"^{message}$"):
        decode(data)


def test_a_value_of_too_many_parts_is_refused() -> None:
    with pytest.raises(NotPlainError, match=r"^a value nested deeper than 50 or with more than 100000 parts$"):
        decode(["list", *[None] * 100_001])


@pytest.mark.parametrize(
    ("seconds", "text"), [(3.0, "3 s"), (0.25, "0.25 s"), (0.1 + 0.2, "0.3 s"), (1e9, "1e+09 s"), (math.inf, "inf s")]
)
def test_seconds_are_shown_as_a_person_writes_them(seconds: float, text: str) -> None:
    assert number(seconds) == text


@given(values)
def test_what_is_small_is_shown_as_python_shows_it(value: object) -> None:
    if "{" not in repr(value) and len(repr(value)) < 1000:  # a set has an order of its own
        assert shown(value) == repr(value)


class Silent:
    def __repr__(self) -> str:
        raise RecursionError


ENDLESS: list[Any] = []
ENDLESS += [ENDLESS, {"again": ENDLESS}]
DEEP: list[Any] = []
for _ in range(10_000):
    DEEP = [DEEP]


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (10**5000, "<an int of about 5001 digits>"),
        ([-(10**5000)], "[<an int of about 5001 digits>]"),
        ({"b", "a", 1}, "{'a', 'b', 1}"),
        (frozenset({2, 1}), "frozenset({1, 2})"),
        (set(), "set()"),
        ((1,), "(1,)"),
        ({(): [None]}, "{(): [None]}"),
        (ENDLESS, "[..., {'again': ...}]"),
        (Silent(), "<an object of type Silent>"),
        (DEEP, "[" * 51 + "..." + "]" * 51),
        ("x" * 10**6, "'" + "x" * 999 + "[... cut: it is longer than 1000 characters]"),
        ([0] * 10**6, ("[" + "0, " * 333)[:1000] + "[... cut: it is longer than 1000 characters]"),
    ],
    ids=lambda value: shown(value, 20),
)
def test_any_value_is_shown(value: object, text: str) -> None:
    assert shown(value) == text


def test_a_value_with_more_parts_than_can_be_counted_is_refused() -> None:
    twice: list[Any] = []
    for _ in range(100):
        twice = [twice, twice]
    with pytest.raises(NotPlainError, match=r"^a value nested deeper than 50 or with more than 100000 parts$"):
        encode(twice)
    assert not is_plain(twice)


def test_numbers_are_shown_with_as_many_digits_as_tell_them_apart() -> None:
    one, other = 1 + 2e-14, 1.0
    assert [number(value, digits_apart([one, other])) for value in (one, other)] == ["1.00000000000002 s", "1 s"]
    assert digits_apart([1, 1]) == 9
