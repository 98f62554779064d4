from __future__ import annotations

import math
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytest_asyncgrade.trace import (
    Blocked,
    Line,
    Outcome,
    Output,
    Place,
    Raised,
    Recording,
    Seconds,
    Trace,
    UnfinishedRunError,
)

ASPECTS = ["output", "stderr", "elapsed", "result", "tasks", "blocked", "busy_waits", "max_concurrency"]


@pytest.mark.parametrize("outcome", [outcome for outcome in Outcome if outcome is not Outcome.FINISHED])
@pytest.mark.parametrize("aspect", ASPECTS)
def test_of_an_unfinished_run_nothing_can_be_judged(outcome: Outcome, aspect: str) -> None:
    trace = Trace(outcome, "it fell over", Recording())
    with pytest.raises(UnfinishedRunError, match=r"^it fell over$"):
        getattr(trace, aspect)
    assert getattr(trace.partial, aspect) == getattr(Trace(Outcome.FINISHED, "", Recording()), aspect)


def test_an_output_equals_its_texts() -> None:
    line = Line("hi", Seconds(1), place=Place("p.py", 3, "f"))
    output = Output([line, Line("you", Seconds(2))])
    assert output == ["hi", "you"]
    assert output == ("hi", "you")
    assert output != ["you"]
    assert output == Output(list(output))
    assert output != 3
    assert output[1:] == ["you"]
    assert output[0] is line
    assert "hi" in output
    assert line in output
    assert "h" not in output
    assert output.text == "hi\nyou\n"
    assert repr(output) == "<output: ['hi', 'you']>"
    assert (str(line), line.function, line.lineno) == ("hi", "f", 3)
    assert (output[1].function, output[1].lineno) == (None, None)


def test_things_show_themselves_in_words() -> None:
    assert str(Raised("OSError", "disk full")) == "OSError: disk full"
    assert str(Raised("KeyError", "")) == "KeyError"
    assert str(Place("p.py", 3, "f")) == "line 3"
    assert repr(Blocked(Seconds(0.1), Seconds(0.3)).seconds) == "0.2 s"


@pytest.mark.parametrize(
    ("seconds", "other", "is_equal"),
    [
        (1.265695420, 1.2656954195001, True),
        (1.265695420, 1.265695418, False),
        (0.3, 0.1 + 0.2, True),
        (1e9 + 0.3, 1e9 + 0.1 + 0.2, True),
        (3.0, 3, True),
        (3.0, 10**400, False),
        (math.inf, math.inf, True),
        (math.inf, 1e308, False),
        (3.0, math.inf, False),
        (math.nan, math.nan, False),
    ],
)
def test_a_time_equals_each_number_within_a_nanosecond(seconds: float, other: float, *, is_equal: bool) -> None:
    for one, two in ((Seconds(seconds), other), (other, Seconds(seconds))):
        assert (one == two, one != two) == (is_equal, not is_equal)
        assert (one <= two or one >= two) == (other == other)  # noqa: PLR0124  # not nan
        assert (one < two or one > two) == (not is_equal and other == other)  # noqa: PLR0124  # not nan


def test_sums_and_differences_of_times_are_times() -> None:
    one, more = Seconds(1.1), Seconds(0.1)
    assert (one - more, one + more, 2 - one, 1 + more, sum([one, more]), abs(more - one)) == (1, 1.2, 0.9, 1.1, 1.2, 1)
    assert (one * 3, 3 * one, Seconds(0.3) / 3, repr(one - more)) == (3.3, 3.3, 0.1, "1 s")
    assert Seconds(1) != "1"
    assert [Seconds(1), Seconds(0.3)] == [1, 0.1 + 0.2]
    assert Seconds(1) == Fraction(1)
    with pytest.raises(TypeError):
        _ = Seconds(1) < "1"  # type: ignore[operator]  # the point


@given(st.floats(1e-9, 1e6))
def test_a_wait_takes_as_long_as_it_says(seconds: float) -> None:
    assert Seconds(math.ceil(seconds * 1e9) / 1e9) == seconds
    assert Seconds(round(seconds * 1e9) / 1e9) == seconds
