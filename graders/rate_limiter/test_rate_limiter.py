"""Grades `rate_limiter`: at a steady pace, however long each one takes."""

from itertools import accumulate
from random import Random

import pytest

from pytest_asyncgrade import Submission, Trace, at, in_any_order


@pytest.fixture(scope="module")
def trace(submission: Submission) -> Trace:
    """Run the whole program."""
    return submission.run()


@pytest.mark.points(
    3, hint="remember the moment of the next turn, and move it on before you sleep: next_turn += interval"
)
def test_even_distances(submission: Submission, rng: Random) -> None:
    """Callers who come at the same time go one interval after the other, the first at once."""
    per_second, callers = rng.choice([3, 7, 9]), rng.randrange(4, 8)
    trace = submission.play("arrivals", per_second=per_second, moments=[0] * callers)
    expected = [round(number / per_second, 6) for number in range(callers)]
    assert sorted(trace.result) == expected, f"with {per_second} turns a second calls of turn() go at {trace.result} s"


@pytest.mark.points(
    2, hint="the turn is at max(now, next_turn): idle time is not saved up, and nobody waits for nothing"
)
def test_after_a_pause(submission: Submission, rng: Random) -> None:
    """After a pause the first goes at once, and the next an interval later."""
    pause = rng.randrange(30, 60) / 10
    trace = submission.play("arrivals", per_second=2, moments=[0, 0, pause, pause, pause])
    assert trace.result[:2] == [0, 0.5], f"the first two calls of turn() go at {trace.result[:2]} s"
    expected = [round(pause + more, 6) for more in (0, 0.5, 1)]
    assert trace.result[2:] == expected, f"who calls turn() at {pause} s goes at {trace.result[2:]} s"


@pytest.mark.points(1)
def test_in_between(submission: Submission) -> None:
    """Who comes between two turns waits for the next one of this limiter alone."""
    trace = submission.play("arrivals", per_second=1, moments=[0, 0.25, 1.75], others=1)
    assert trace.result == [0, 1, 2], (
        f"who calls turn() at 0, 0.25 and 1.75 s, while another limiter is in use, goes at {trace.result} s"
    )


@pytest.mark.points(2, hint="each page waits for its turn in a task of its own; only the beginnings are limited")
def test_pages_overlap(submission: Submission, rng: Random) -> None:
    """Each page begins when limiter.turn() lets it, at whatever pace, and they are fetched at the same time."""
    moments = [tenths / 10 for tenths in accumulate(rng.choice([1, 2]) for _ in range(11))]
    trace = submission.play("fetch_pages", moments=moments)
    assert trace.output == in_any_order(*(at(moment, f"page {n} begins") for n, moment in enumerate(moments, start=1)))
    assert trace.output == in_any_order(
        *(at(round(moment + 2, 1), f"page {n} ends") for n, moment in enumerate(moments, start=1))
    )


@pytest.mark.points(2)
def test_whole_program(trace: Trace) -> None:
    """The program fetches its five pages in four seconds."""
    assert trace.output == in_any_order(
        at(0, "page 1 begins"), at(0.5, "page 2 begins"), at(1, "page 3 begins"), at(1.5, "page 4 begins"),
        at(2, "page 5 begins"), at(4, "page 5 ends"), at(4, "done"),
    )  # fmt: skip
    assert len(trace.output) == 11, f"{len(trace.output)} lines are printed, not 11"
    assert trace.found("blocked_loop", "never_awaited", "busy_wait", "cut_off") == []
    assert len(trace.output.by("main")) <= 1, "main() prints what is the other functions' to print"
