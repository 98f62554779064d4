"""All formats tell the same of a grade, in the same words."""

from __future__ import annotations

import re
from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st

from pytest_asyncgrade.grading import CheckResult, Failure, Grade, Run, Verdict
from pytest_asyncgrade.reports import phrases, view
from pytest_asyncgrade.reports.view import NamedCheck

from .outcomes import RUN, check, grade_of, work
from .quotes import quoted

UNTIMED = settings(deadline=None)  # a machine may be busy


def reason(result: CheckResult) -> list[str]:
    return NamedCheck("", work(result), result).reason


@UNTIMED
@given(st.text(), st.integers(view.LONGEST_NOTE, 200))
def test_a_cut_says_how_much_was_left_out(text: str, most: int) -> None:
    shown = view.shortened(text, most)
    assert len(shown) <= most or shown == text
    if shown != text:
        match = re.search(r"\n?\[\.\.\. ([\d,]+) more characters\]$", shown)
        assert match
        assert match.start() + int(match[1].replace(",", "")) == len(text)


@UNTIMED
@given(st.lists(st.sampled_from(["a", "a (2)", "a (3)", "b"])))
def test_unique_names_are_unique_and_the_first_stays(names: list[str]) -> None:
    made = view.unique(names)
    assert len(set(made)) == len(made) == len(names)
    assert all(new.startswith(old) for new, old in zip(made, names, strict=True))
    assert made[:1] == names[:1]


def test_a_reason_is_told_in_lines() -> None:
    failure = Failure("not so\nat all", quoted(*map(str, range(60))), quoted("a\nb"), "try")
    said = reason(check(1, Verdict.FAILED, failure))
    assert said[:4] == ["not so", "at all", "expected:", "  0"]
    assert said[-5:] == ["  49", "  [... 10 more]", "actual:", r"  a\nb", "hint: try"]
    assert reason(check(1, Verdict.NOT_RUN, failure))[-1] == r"  a\nb"
    assert reason(check(1, Verdict.PASSED)) == []
    assert reason(check(1, Verdict.FAILED, Failure(""))) == ["this check is lost; what it looks at is not shown"]


def test_a_graders_mistake_is_told_as_that() -> None:
    failure = Failure("KeyError: 1", traceback="t.py:1\nE  KeyError: 1")
    assert reason(check(1, Verdict.ERROR, failure)) == [
        "This is a mistake in the grader, not in your program. For your teacher:", "t.py:1", "E  KeyError: 1"
    ]  # fmt: skip


def test_what_there_is_to_know_is_told_in_one_order() -> None:
    lost = check(1, Verdict.FAILED, Failure("no"))
    left = {"asyncio.py": "it would be imported instead of Python's own asyncio"}
    assert view.to_know(work(lost, seed=42, left_behind=left, withheld=3)) == [
        "3 more points are in checks that your teacher keeps: they do not count here",
        "asyncio.py was left out: it would be imported instead of Python's own asyncio",
        "with random values; --grade-seed=42 gives the same ones again",
    ]
    assert view.to_know(work(check(1, Verdict.PASSED), seed=42, withheld=1)) == [
        "1 more point is in checks that your teacher keeps: they do not count here"
    ]


def test_a_score_is_told_in_words_in_columns_and_in_a_cell() -> None:
    passed, lost = check(1, Verdict.PASSED), check(2, Verdict.FAILED)
    graded, broken = grade_of(passed, lost), grade_of(passed, check(2, Verdict.ERROR))
    assert [phrases.points(graded), *phrases.columns(graded), phrases.fraction(graded)] == [
        "1 of 3 points", "1", "of 3 points", "1/3",
    ]  # fmt: skip
    assert [phrases.points(broken), *phrases.columns(broken), phrases.fraction(broken)] == [
        "no points", "no", "points", "-",
    ]  # fmt: skip
    assert phrases.total(broken) == "no points: a grader is broken, so this is not a grade"
    assert phrases.total(Grade((), ("naps",))) == "nothing was graded: nobody handed in naps"


def test_runs_that_were_lost_are_told() -> None:
    killed = "the program was killed by SIGKILL"
    runs = {
        "a": Run(replace(RUN, asked="python a.py", lost_runs=(killed,))),
        "b": Run(replace(RUN, asked="b()", lost_runs=(killed, killed))),
        "c": Run(RUN),
    }
    cause = "in case something outside of it was the cause"
    assert list(map(str, view.remarks(replace(work(check(1, Verdict.PASSED)), runs=runs)))) == [
        f"python a.py was run again, {cause}: {killed}", f"b() was run 2 more times, {cause}: {killed}"
    ]  # fmt: skip
