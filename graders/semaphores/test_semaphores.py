"""Grades `semaphores`: as many at a time as may be, and no more."""

from random import Random

import pytest

from pytest_asyncgrade import Output, Submission, Trace, at, in_any_order, lines


@pytest.fixture(scope="module")
def trace(submission: Submission) -> Trace:
    """Run the whole program."""
    return submission.run()


def most_at_once(output: Output) -> int:
    """Return the most fetches that had begun and not ended at one time."""
    now = most = 0
    for line in output:
        now += "begins" in line.text
        now -= "ends" in line.text
        most = max(most, now)
    return most


@pytest.mark.points(3, hint="one semaphore for all, made by fetch_all(); each fetch() gives one place back, no more")
def test_never_more_than_the_limit(submission: Submission, rng: Random) -> None:
    """Never more are fetched at the same time than the limit says."""
    limit = rng.randrange(3, 6)
    delays = [rng.randrange(10, 300) / 100 for _ in range(12)]
    output = submission.call("fetch_all", delays, limit).output
    assert len(output) == 24, f"{len(output)} lines are printed for 12 pages, not 24"
    most = most_at_once(output)
    assert most <= limit, f"{most} are fetched at the same time, where the limit is {limit}"


@pytest.mark.points(3, hint={"output": "await all coroutines together; only fetch() takes a place"})
def test_as_many_as_may_be(submission: Submission, rng: Random) -> None:
    """No place stays free while somebody waits for one."""
    limit = rng.randrange(3, 6)
    delays = [rng.randrange(10, 300) / 100 for _ in range(12)]
    free = [0.0] * limit
    for delay in delays:  # each begins when the first place becomes free
        free = sorted([*free[1:], free[0] + delay])
    trace = submission.call("fetch_all", delays, limit)
    assert most_at_once(trace.output) >= limit, f"at most {most_at_once(trace.output)} are fetched at the same time"
    assert trace.elapsed >= round(free[-1], 9), "more are fetched at the same time than the limit says"
    assert trace.elapsed == round(free[-1], 9), "a place that is free is not taken at once"


@pytest.mark.points(1, hint="asyncio.gather returns the results in the order of its arguments")
def test_results_in_order(submission: Submission) -> None:
    """The results come in the order of the delays, not in the order in which they end."""
    assert submission.call("fetch_all", [3, 2, 1], 3, returns=list[int]).result == [10, 20, 30]


@pytest.mark.points(
    1,
    hint="`async with` gives it back whatever happens; by hand, acquire() comes before `try:`, release() in `finally:`",
)
def test_place_is_given_back(submission: Submission) -> None:
    """A fetch that is cancelled gives back the place that it has, and no other."""
    trace = submission.play("cancelled_fetch")
    assert trace.result == 20
    assert trace.found("swallowed_cancellation") == []
    trace = submission.play("cancelled_in_turn")
    assert trace.output == lines(at(0, "1 begins"), at(9, "1 ends"), at(9, "3 begins"), at(10, "3 ends")), (
        "there is one place, and of three fetches the second is cancelled while it waits for it: "
        "the third should begin when the first ends, at 9 s"
    )


@pytest.mark.points(2)
def test_whole_program(trace: Trace) -> None:
    """The program fetches its five pages, two at a time, in four seconds."""
    assert trace.output == in_any_order(
        at(0, "1 begins"), at(0, "2 begins"), at(1, "2 ends"), at(1, "3 begins"), at(2, "3 ends"), at(2, "4 begins"),
        at(3, "1 ends"), at(3, "5 begins"), at(4, "4 ends"), at(4, "5 ends"), at(4, "[10, 20, 30, 40, 50]"),
    )  # fmt: skip
    assert len(trace.output) == 11, f"{len(trace.output)} lines are printed, not 11"
    assert trace.found("blocked_loop", "never_awaited", "busy_wait", "cut_off") == []
    assert len(trace.output.by("main")) <= 1, "main() prints what is the other functions' to print"
