"""A student who watches sees what a save has changed, and what to repair next."""

from __future__ import annotations

from dataclasses import replace

import pytest

from pytest_asyncgrade.grading import Failure, Verdict, Work
from pytest_asyncgrade.reports.changes import changes

from .outcomes import HOSTILE, SYNTAX_ERROR, check, lost, work
from .validators import no_command

LOST = work(check(1, Verdict.PASSED), lost(2), lost(3))
BETTER = work(check(1, Verdict.PASSED), check(2, Verdict.PASSED), lost(3))
WORSE = work(lost(1), check(2, Verdict.PASSED), lost(3))
DONE = work(check(1, Verdict.PASSED), check(2, Verdict.PASSED), check(3, Verdict.PASSED))


def shown(before: Work | None, after: Work, time: str = "12:00:00") -> str:
    return "\n".join(line for line, _ in changes(before, after, time=time, width=70))


def test_the_first_report_shows_every_check_and_what_to_repair_first() -> None:
    text = shown(None, replace(LOST, seed=7))
    assert text.startswith(
        "\n12:00:00 naps .......................................... 1 of 6 points\n  ok      1/1  Nap 1"
    )
    assert [line.split()[0] for line in text.splitlines()[2:5]] == ["ok", "LOST", "LOST"]
    assert "--grade-seed=7" in text
    assert "  Repair this first: line 5\n       5 | time.sleep(seconds)\n" in text


def test_a_later_report_shows_what_is_earned_now_and_what_to_repair_next() -> None:
    lines = shown(LOST, BETTER).splitlines()
    assert lines[:5] == [
        "",
        "12:00:00 naps ..................................... 1 -> 3 of 6 points",
        "  Now earned:",
        "  ok      2/2  Nap 2 ends in time.",
        "",
    ]
    assert lines[5] == "  Repair this first: line 5"


def test_what_is_lost_now_is_shown_apart() -> None:
    lines = shown(LOST, WORSE).splitlines()
    assert lines[1:6] == [
        "12:00:00 naps ..................................... 1 -> 2 of 6 points",
        "  Now earned:",
        "  ok      2/2  Nap 2 ends in time.",
        "  Now lost:",
        "  LOST    0/1  Nap 1 ends in time. (line 5)",
    ]


def test_checks_that_are_as_before_are_said_to_be() -> None:
    lines = shown(BETTER, BETTER).splitlines()
    assert lines[1:4] == [
        "12:00:00 naps .......................................... 3 of 6 points",
        "  The checks are as they were.",
        "",
    ]


def test_a_part_of_the_points_more_is_earned() -> None:
    before = work(lost(4, earned=1))
    assert "  Now earned:\n  LOST    3/4" in shown(before, work(lost(4, earned=3)))


def test_all_points_are_said_to_be_earned() -> None:
    assert shown(BETTER, DONE).splitlines()[-1] == "  All points are earned."


@pytest.mark.parametrize(("passed", "line"), [(1, "  1 check could not run."), (3, "  3 checks could not run.")])
def test_checks_that_could_not_run_are_counted(passed: int, line: str) -> None:
    numbers = range(1, 4)
    before = work(*(check(n, Verdict.PASSED) if n <= passed else lost(n) for n in numbers))
    reason = Failure(SYNTAX_ERROR.reason)
    after = work(*(check(n, Verdict.NOT_RUN, reason) for n in numbers), run=SYNTAX_ERROR)
    lines = shown(before, after).splitlines()
    assert line in lines
    assert "  Now lost:" not in lines
    assert "  Repair this first: line 4" in lines


def test_a_mistake_in_the_grader_is_told_and_is_not_the_students() -> None:
    broken = work(check(1, Verdict.ERROR, Failure("oops", traceback="t.py:1\nE  oops"), runs=()), *DONE.checks[1:])
    text = shown(DONE, broken)
    assert "12:00:00 naps .............................................. no points" in text
    assert "This is a mistake in the grader, not in your\n    program. For your teacher:\n      t.py:1\n" in text
    assert "Now lost" not in text
    assert "earned" not in text
    assert "  Now earned:\n  ok      1/1  Nap 1" in shown(broken, DONE)


def test_other_checks_than_before_are_all_shown() -> None:
    lines = shown(work(check(1, Verdict.PASSED)), DONE, time="").splitlines()
    assert lines[1] == "naps ................................................... 6 of 6 points"
    assert len([line for line in lines if line.startswith("  ok ")]) == 3


def test_a_text_of_a_student_acts_on_nothing_and_fits() -> None:
    hostile = work(lost(1, HOSTILE, name=HOSTILE), exercise=HOSTILE)
    for line, _ in changes(None, hostile, width=70):
        assert len(line) <= 70
        no_command(line)
