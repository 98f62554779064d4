from __future__ import annotations

import ast

import pytest

from pytest_asyncgrade.grading.explain import explain_matcher, explain_values, failed_assert, with_difference
from pytest_asyncgrade.plugin.comparison import Comparison
from pytest_asyncgrade.trace import Explanation, Line, Outcome, Output, QuotedLine, Seconds, lines
from pytest_asyncgrade.trace.model import Elapsed

OUTPUT = Output([Line("a", Seconds(1))])


@pytest.mark.parametrize(
    ("op", "left", "right", "rationale"),
    [
        ("==", OUTPUT, lines("b"), 'line 1 of the output is "a" at 1 s, not "b"'),
        ("==", lines("b"), OUTPUT, 'line 1 of the output is "a" at 1 s, not "b"'),
        ("==", OUTPUT, ["b"], 'line 1 of the output is "a" at 1 s, not "b"'),
        ("==", OUTPUT, (), '"a" was printed, and nothing should have been'),
        ("in", "b", OUTPUT, '"b" was not printed'),
        ("not in", "a", OUTPUT, '"a" was printed, and should not have been'),
        ("==", Elapsed(6), 3, "the program took 6 s, not 3 s"),
        ("<=", Elapsed(6), 3, "the program took 6 s; it should be at most 3 s"),
        ("!=", Seconds(6), 6, "it was 6 s; it should be anything but 6 s"),
        ("==", 3, Elapsed(6), "the program took 6 s, not 3 s"),
        ("<", 9, Elapsed(6), "the program took 6 s; it should be more than 9 s"),
        ("==", ["b"], OUTPUT, 'line 1 of the output is "a" at 1 s, not "b"'),
        ("==", OUTPUT, ["a "], 'line 1 of the output is "a", not "a "'),
        ("==", OUTPUT, [10**5000], 'line 1 of the output is "a" at 1 s, not "<an int of about 5001 digits>"'),
        ("in", [10**5000], OUTPUT, "[<an int of about 5001 digits>] was not printed"),
        ("==", Elapsed(1.26569542), 1.265695424, "the program took 1.26569542 s, not 1.265695424 s"),
        ("<", Elapsed(3), 3, "the program took 3 s; it should be less than 3 s"),
    ],
)
def test_a_comparison_of_ours_is_explained(op: str, left: object, right: object, rationale: str) -> None:
    explanation = explain_matcher(op, left, right)
    assert explanation is not None
    assert explanation.rationale == rationale


@pytest.mark.parametrize(
    ("op", "left", "right"),
    [("!=", OUTPUT, lines("a")), ("==", 1, 2), ("==", OUTPUT, 3), ("==", Seconds(1), "x"), ("is", Seconds(1), 1)],
)
def test_any_other_comparison_is_left_to_others(op: str, left: object, right: object) -> None:
    assert explain_matcher(op, left, right) is None


@pytest.mark.parametrize(
    ("op", "left", "right", "expression", "rationale"),
    [
        ("==", 1, 2, "trace.result == 2", "the result is 1, not 2"),
        ("==", 2, 1, "2 == trace.result", "the result is 1, not 2"),
        (
            ">=",
            2,
            4,
            "2 >= trace.max_concurrency",
            "the number of tasks in progress at once is 4; it should be at most 2",
        ),
        ("<=", 7, 4, "3 <= trace.result <= 4", "the value is 7; it should be at most 4"),
        ("<", 7, 4, "3 <= trace.result < 4", "the result is 7; it should be less than 4"),
        ("==", 1, 2, "1 == 2", "1 is 1, not 2"),
        ("is not", None, None, "trace.exception is not None", "trace.exception is None; expected: is not None"),
        (
            "==",
            Outcome.CRASHED,
            Outcome.FINISHED,
            "trace.outcome == Outcome.FINISHED",
            "the way the program ended is crashed, not finished",
        ),
        (">", 1, 2, "x > 2", "x is 1; it should be more than 2"),
        ("in", 1, [2], "x == y", "the value is 1; expected: in [2]"),
        ("==", OUTPUT[0], "b", "trace.output[0] == 'b'", "the line at 1 s is \"a\", not 'b'"),
        ("in", "b", OUTPUT[0], "'b' in trace.output[0]", "\"a\" should contain 'b'"),
        ("not in", "b", "abc", "'b' not in trace.result", "'abc' should not contain 'b'"),
        ("==", [10**5000], 1, "trace.result == 1", "the result is [<an int of about 5001 digits>], not 1"),
        (
            "==",
            "x" * 10**6,
            "x" * 10**6 + "y",
            "trace.result == 'y'",
            f"the result is '{'x' * 999}[... cut: it is longer than 1000 characters]; "
            "it should be something else that begins alike",
        ),
    ],
)
def test_values_are_explained_with_what_they_are(  # a table
    op: str, left: object, right: object, expression: str, rationale: str
) -> None:
    compare = ast.parse(expression, mode="eval").body
    assert isinstance(compare, ast.Compare)
    assert explain_values(op, left, right, compare) == Explanation(rationale)


def test_a_time_is_compared_with_a_number_of_any_size() -> None:
    explanation = explain_matcher("==", Elapsed(3), 10**5000)
    assert explanation == Explanation("the program took 3 s, not <an int of about 5001 digits>")


def test_the_expression_of_a_failed_assert_is_found() -> None:
    one, two = 1, 2
    with pytest.raises(AssertionError) as caught:
        assert one == two
    expression = failed_assert(caught.tb)
    assert expression is not None
    assert ast.unparse(expression) == "one == two"


def test_an_error_that_is_no_assert_has_no_expression() -> None:
    with pytest.raises(ZeroDivisionError) as caught:
        _ = 1 / 0
    assert failed_assert(caught.tb) is None
    assert failed_assert(None) is None


def test_an_assert_without_source_has_no_expression() -> None:
    with pytest.raises(AssertionError) as caught:
        exec(compile("assert False", "<no such file>", "exec"))  # noqa: S102  # the point
    assert failed_assert(caught.tb) is None


def test_an_assert_in_a_file_that_is_no_python_has_no_expression(tmp_path: object) -> None:
    path = f"{tmp_path}/broken.py"
    with open(path, "w", encoding="utf-8") as file:  # noqa: PTH123
        file.write("assert (")
    with pytest.raises(AssertionError) as caught:
        exec(compile("assert False", path, "exec"))  # noqa: S102  # the point
    assert failed_assert(caught.tb) is None


@pytest.mark.parametrize(
    ("expression", "left", "right", "message", "told"),
    [
        ("a == b", [1], [2], "it gives [1]", Explanation("it gives [1] (expected: [2])")),
        ("'b' == a", "b", "a", "it says 'a'", Explanation("it says 'a' (expected: 'b')")),
        ("a == b", [1], [2], "it gives [1], not [2]", Explanation("it gives [1], not [2]")),
        ("a == b", [1], [2], "it is wrong", Explanation("it is wrong")),  # it shows no value, so none is added
        ("a == b", 1, 2, "it gives 1", Explanation("it gives 1")),  # a number says nothing by itself
        ("a != b", [1], [1], "it gives [1]", Explanation("it gives [1]")),
        ("all(a)", [1], [2], "it gives [1]", Explanation("it gives [1]")),
        (
            "a == b",
            {"x": 1},
            {"x": "y" * 60, "z": 2},
            "it gives {'x': 1}",
            Explanation(
                "it gives {'x': 1}",
                (QuotedLine(f"'x': '{'y' * 60}'"), QuotedLine("'z': 2")),
                (QuotedLine("'x': 1"),),
            ),
        ),
    ],
)
def test_a_message_that_shows_a_value_says_what_was_expected(
    expression: str, left: object, right: object, message: str, told: Explanation
) -> None:
    compared = Comparison("!=" if "!=" in expression else "==", left, right, None)
    assert with_difference(message, compared, ast.parse(expression, mode="eval").body) == told


def test_equal_numbers_are_shown_alike() -> None:
    compared = Comparison("==", [1.0, "x" * 60], [1, "y" * 60], None)
    told = with_difference(f"it gives {[1.0, 'x' * 60]}", compared, ast.parse("a == b", mode="eval").body)
    assert (told.expected[0], told.actual[0]) == (QuotedLine("1"), QuotedLine("1"))


def test_a_message_stands_above_the_lines_that_were_expected() -> None:
    compared = Comparison("==", OUTPUT, lines("b"), explain_matcher("==", OUTPUT, lines("b")))
    told = with_difference("it should print b", compared, ast.parse("a == b", mode="eval").body)
    assert (told.rationale, told.expected, told.text) == ("it should print b", (QuotedLine('"b"'),), "b")
