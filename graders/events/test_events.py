"""Grades `events`: all wait for one thing to happen, and go on together."""

from random import Random

import pytest

from pytest_asyncgrade import Submission, Trace, at, contains, in_any_order, in_order


@pytest.fixture(scope="module")
def trace(submission: Submission) -> Trace:
    """Run the whole program."""
    return submission.run()


@pytest.mark.points(3, hint="`await start.wait()` goes on when the event is set, at once if it is set already")
def test_runners_wait_for_the_start(submission: Submission, rng: Random) -> None:
    """A runner runs when the race has begun and it is ready, whichever comes later."""
    ready = [0.7, *(rng.randrange(10, 60) / 10 for _ in range(3))]
    start_at = rng.choice([2.2, 2.6, 3.4, 3.8])
    trace = submission.play("race", ready=ready, start_at=start_at)
    assert trace.output == in_any_order(*(at(seconds, f"r{n} is ready") for n, seconds in enumerate(ready)))
    assert trace.output == in_any_order(*(at(max(seconds, start_at), f"r{n} runs") for n, seconds in enumerate(ready)))


@pytest.mark.points(2, hint="await asyncio.sleep(3), print, start.set(); the event stays set")
def test_starter(submission: Submission) -> None:
    """The starter says go! after three seconds, and starts all who wait, for good."""
    trace = submission.play("starting")
    assert trace.output == in_order(at(3, "go!"))
    assert trace.result == [3, 3, 3], "the event is not set when the starter is done"


@pytest.mark.points(2, hint="await asyncio.gather(...) of the runners and the starter, all with the same event")
def test_all_at_the_same_time(trace: Trace) -> None:
    """The three get ready at the same time, while the starter waits."""
    assert trace.output == in_any_order(
        at(1, "Ann is ready"), at(2, "Bob is ready"), at(3, "go!"), at(4, "Cem is ready")
    )


@pytest.mark.points(1, hint="await the event; a loop that asks is_set() again and again keeps the processor busy")
def test_nobody_waits_busily(submission: Submission, trace: Trace) -> None:
    """Who waits lets the event loop rest."""
    assert trace.found("busy_wait", "blocked_loop", "never_awaited", "cut_off") == []
    assert trace.output == contains("Ann runs")
    waits = submission.play("race", ready=[0.7], start_at=90).waits_in("runner")
    early = [wait for wait in waits if 0.7 < wait.end < 90]
    assert len(early) < 2, (
        f"{early[0].places[0]} wakes up again and again before the start to ask: it should wait for the event"
    )


@pytest.mark.points(2)
def test_whole_program(submission: Submission, trace: Trace) -> None:
    """The race takes four seconds, and these eight lines."""
    assert trace.output == in_order(at(3, "go!"), at(3, "Ann runs"), at(4, "Cem runs"), at(4, "all run"))
    assert trace.output == in_order(at(3, "go!"), at(3, "Bob runs"), at(4, "Cem is ready"))
    assert len(trace.output) == 8, f"{len(trace.output)} lines are printed, not 8"
    varied = submission.run(vary_sleeps={1: 4, 4: 1}).output
    assert "Ann runs" in varied[:-1].texts, (
        "if Ann is ready after 4 s and Cem after 1 s, main() does not wait until Ann runs"
    )
    assert len(trace.output.by("main")) <= 1, "main() prints what is the other functions' to print"
