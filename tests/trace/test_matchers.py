from __future__ import annotations

import pickle
import re

import pytest

from pytest_asyncgrade.trace import (
    Explanation,
    Line,
    Matcher,
    Output,
    Place,
    QuotedLine,
    Seconds,
    at,
    contains,
    exactly,
    in_any_order,
    in_order,
    lines,
)

ABC = Output([Line("a", Seconds(0)), Line("b", Seconds(1)), Line("c ", Seconds(2))])
TIMED = (QuotedLine('"a"'), QuotedLine('"b"', "1 s"), QuotedLine('"c "', "2 s"))


@pytest.mark.parametrize(
    "matcher",
    [
        in_order("a", "c"),
        in_order("a", re.compile("[b]"), at(2, "c")),
        in_any_order("c", "a"),
        lines("a", "b", "c"),
        exactly("c", "a", "b"),
        exactly(re.compile("."), re.compile("..?"), at(1, "b")),
        exactly(re.compile("[ab]"), "a", re.compile("c *")),
        in_any_order(re.compile("[ab]"), "a"),
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
        (exactly("a", "b"), '"c " at 2 s was printed, and should not have been'),
        (exactly("c", "a", "d"), '"d" was not printed'),
        (exactly("c", "a", "a"), '"a" was printed once only'),
        (exactly(at(2, "b"), "a", "c"), '"b" came at 1 s, not at 2 s'),
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
        '"a" came at 0 s, not at 1 s', (QuotedLine('"c"'), QuotedLine('"a"', "1 s")), TIMED, "a"
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


def test_a_line_is_its_text_and_knows_more() -> None:
    line = Line("slept 2", Seconds(2), task=3)
    assert (line, "slept 2") == ("slept 2", line)
    assert (line.startswith("slept"), "2" in line, line.split(), line[-1]) == (True, True, ["slept", "2"], "2")
    assert (repr(line), f"{line}", type(line.text), len({line, "slept 2"})) == ("'slept 2'", "slept 2", str, 1)
    assert (line.time, line.stream, line.task, line.place) == (Seconds(2), "stdout", 3, None)
    assert pickle.loads(pickle.dumps(line)).facts == line.facts  # noqa: S301  # our own
    assert [line] == lines(at(2, "slept 2"))
    assert Output([line]) != Output([Line("slept 2", Seconds(3), task=3)])


def test_of_two_lines_of_one_text_each_is_taken_at_its_moment() -> None:
    twice = Output([Line("tick", Seconds(1)), Line("tick", Seconds(2))])
    assert twice == in_any_order(at(2, "tick"), at(1, "tick"))
    assert twice == exactly(at(2, "tick"), "tick")
    assert twice != exactly(at(2, "tick"), at(2, "tick"))


def test_moments_that_look_alike_are_shown_with_the_digits_that_differ() -> None:
    came = Output([Line("tick", Seconds(1.26569542), task=1)])
    assert came == lines(at(1.2656954205, "tick"))
    assert lines(at(1.265695424, "tick")).explain(came) == Explanation(
        'line 1 of the output is "tick" at 1.26569542 s, not "tick" at 1.265695424 s',
        (QuotedLine('"tick"', "1.265695424 s"),),
        (QuotedLine('"tick"', "1.26569542 s"),),
        "tick",
    )
    close = 1.2656954227
    came = Output([Line("tick", Seconds(1.265695422), task=1), Line("end", Seconds(3), task=1)])
    assert lines(at(close, "tick"), at(2, "end")).explain(came) == Explanation(
        'line 2 of the output is "end" at 3 s, not "end" at 2 s',
        (QuotedLine('"tick"', "1.26569542 s"), QuotedLine('"end"', "2 s")),
        (QuotedLine('"tick"', "1.26569542 s"), QuotedLine('"end"', "3 s")),
        "end",
    )
    explanation = in_order(at(123456.1234568, "tick")).explain(Output([Line("tick", Seconds(123456.1234567), task=1)]))
    assert explanation is not None
    assert explanation.rationale == '"tick" came at 123456.1234567 s, not at 123456.1234568 s'


def test_a_line_of_a_megabyte_is_shown_by_its_beginning() -> None:
    explanation = lines("b").explain([Line("a" * 1_000_000, Seconds(0))])
    assert explanation == Explanation(
        f'line 1 of the output is "{"a" * 1000}[... cut: it is longer than 1000 characters]", not "b"',
        (QuotedLine('"b"'),),
        (QuotedLine(f'"{"a" * 1000}[... cut: it is longer than 1000 characters]"'),),
        "b",
    )


@pytest.mark.parametrize("count", [1, 7])
def test_thousands_of_lines_are_compared_in_no_time(count: int) -> None:
    texts = [str(number % count) for number in range(3000)]
    assert texts == exactly(*reversed(texts))
    assert texts[1:] != in_any_order(*texts)


PRINTED = [
    Line(text, Seconds(second), task=1, place=Place("naps.py", line, "nap"))
    for line, (second, text) in enumerate([(0, "begin"), (1, "end"), (2, "Late")], start=1)
]


@pytest.mark.parametrize(
    ("matcher", "text", "line"),
    [
        (lines("begin", "done", "Late"), "done", 2),
        (lines("end", "begin", "Late"), "begin", 1),  # it came, on another line
        (lines("begin", "end"), "Late", 3),
        (lines("begin", "end", "Late", "last"), "last", 3),
        (in_order("end", "begin"), "begin", 1),
        (in_order("begin", "middle"), "middle", 1),
        (in_order(at(0, "begin"), at(3, "end")), "end", 2),
        (in_any_order("end", "end"), "end", 2),
        (in_any_order("late"), "Late", 3),
        (exactly("begin", "end"), "Late", 3),
        (contains("middle"), "middle", None),
        (contains(re.compile("middle")), "", None),
    ],
)
def test_an_explanation_knows_the_line_that_it_is_about(matcher: Matcher, text: str, line: int | None) -> None:
    explanation = matcher.explain(PRINTED)
    assert explanation is not None
    assert (explanation.text, explanation.place and explanation.place.lineno) == (text, line)
