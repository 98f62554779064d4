from __future__ import annotations

import re

import pytest

from pytest_asyncgrade.trace import (
    Explanation,
    Line,
    Matcher,
    Output,
    Seconds,
    at,
    contains,
    in_any_order,
    in_order,
    lines,
)

ABC = Output([Line("a", Seconds(0)), Line("b", Seconds(1)), Line("c ", Seconds(2))])
TIMED = ('"a"', '"b" at 1 s', '"c " at 2 s')


@pytest.mark.parametrize(
    "matcher",
    [
        in_order("a", "c"),
        in_order("a", re.compile("[b]"), at(2, "c")),
        in_any_order("c", "a"),
        lines("a", "b", "c"),
        lines(at(0, "a"), at(1, re.compile(".")), "c"),
        contains("a"),
        contains(re.compile("^b")),
        contains(at(2, "c")),
    ],
)
def test_matches(matcher: Matcher) -> None:
    assert ABC == matcher
    assert matcher == ABC
    assert not ABC != matcher  # noqa: SIM202  # both operators are the point


@pytest.mark.parametrize(
    ("matcher", "rationale"),
    [
        (in_order("c", "a"), '"a" came before "c", not after it'),
        (in_order("a", "d"), '"d" was not printed'),
        (in_order("A."), '"A." was not printed; "a" is not quite the same'),
        (in_order(at(3, "b")), '"b" came at 1 s, not at 3 s'),
        (in_order(re.compile("z+")), "a line like z+ was not printed"),
        (in_any_order("a", "a"), '"a" was printed once only'),
        (lines("a", "c"), 'line 2 of the output is "b" at 1 s, not "c"'),
        (lines("a", "b"), '"c " at 2 s was printed, and should not have been'),
        (lines("a", "b", "c", "d"), '"d" was not printed at the end'),
        (contains("x"), 'no line contains "x"'),
        (contains(at(1, "a")), 'no line contains "a" at 1 s'),
    ],
)
def test_says_why_it_does_not_match(matcher: Matcher, rationale: str) -> None:
    assert ABC != matcher
    explanation = matcher.explain(ABC)
    assert explanation is not None
    assert explanation.rationale == rationale
    assert explanation.actual == TIMED


def test_an_explanation_shows_what_was_expected() -> None:
    assert in_order("c", at(1, "a")).explain(ABC) == Explanation(
        '"a" came at 0 s, not at 1 s', ('"c"', '"a" at 1 s'), TIMED
    )


def test_compares_with_lists_of_texts_and_with_nothing_else() -> None:
    assert ["a", "b"] == lines("a", "b")
    assert lines("1") != [1]
    assert lines("1") != 1
    assert repr(in_order("a", at(1, "b"))) == "in_order('a', at(seconds=1, text='b'))"


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((), "in_order() needs at least one line to look for"),
        ((["a"],), "in_order() takes texts, compiled patterns and at(seconds, text), not ['a']"),
    ],
)
def test_refuses_what_it_cannot_look_for(arguments: tuple[object, ...], message: str) -> None:
    with pytest.raises(TypeError, match=f"^{re.escape(message)}$"):
        in_order(*arguments)  # type: ignore[arg-type]  # the point


def test_a_matcher_has_no_hash() -> None:
    with pytest.raises(TypeError, match="unhashable"):
        hash(in_order("a"))
