"""Grades `conditions`: waiting until something is true."""

import pytest

from pytest_asyncgrade import Submission, Trace, at, contains, in_any_order, in_order, lines


@pytest.fixture(scope="module")
def trace(submission: Submission) -> Trace:
    """Run the whole program."""
    return submission.run()


@pytest.mark.points(2, hint="`await condition.wait_for(lambda: self.loaves >= count)` goes on at once if it is true")
def test_there_already(submission: Submission) -> None:
    """Who comes when there is enough is served at once."""
    trace = submission.play("there_already")
    assert trace.output == lines(at(0, "put 5"), at(2, "Zoe takes 2"))
    left, elsewhere = trace.result
    assert left == 3, f"of five loaves {left} are left when two are taken"
    assert elsewhere == 0, f"on another shelf, where nobody has put any, there are {elsewhere} loaves"


@pytest.mark.points(3, hint="look again after each wake-up: another customer may have been quicker")
def test_waits_until_there_is_enough(submission: Submission) -> None:
    """Who wants more than there is waits, and nobody takes what is not there."""
    trace = submission.play("sell", wanted=[3, 3], baked=[2, 2, 2])
    assert trace.output == in_order(
        at(1, "put 2"), at(2, "put 2"), at(2, "c0 takes 3"), at(3, "put 2"), at(3, "c1 takes 3")
    )
    assert trace.result == 0, f"at last there are {trace.result} loaves, not 0"


@pytest.mark.points(
    2,
    hint=dict.fromkeys(
        ["order", "output"], "notify_all() wakes all who wait; notify() only one, which may be the wrong one"
    ),
)
def test_all_who_can_are_served(submission: Submission) -> None:
    """When loaves come, everybody who can be served is, whoever waits before them."""
    trace = submission.play("sell", wanted=[9, 9, 9, 9, 9, 9, 1, 2], baked=[3])
    assert trace.output == in_any_order(at(1, "put 3"), at(1, "c6 takes 1"), at(1, "c7 takes 2"))
    assert trace.result == 0, f"at last there are {trace.result} loaves, not 0"


@pytest.mark.points(1, hint="wait on the condition; a loop that looks again and again keeps the processor busy")
def test_nobody_waits_busily(submission: Submission, trace: Trace) -> None:
    """Who waits lets the event loop rest."""
    assert trace.found("busy_wait", "blocked_loop", "never_awaited", "cut_off") == []
    assert trace.output == contains("Bob takes 4")
    waits = submission.play("sell", wanted=[1], baked=[1], seconds=90).waits_in("take")
    early = [wait for wait in waits if wait.start < wait.end < 90]
    assert len(early) < 2, f"{early[0].places[0]} looks again and again while nothing comes: it should wait to be woken"


@pytest.mark.points(2)
def test_whole_program(trace: Trace) -> None:
    """The program serves Ann, Bob and Cem in three seconds."""
    assert trace.output == in_any_order(
        at(1, "put 3"), at(1, "Ann takes 2"), at(1, "Cem takes 1"), at(2, "put 2"), at(3, "put 2"), at(3, "Bob takes 4")
    )
    assert trace.output[-1:] == lines(at(3, "0 left"))
    assert len(trace.output) == 7, f"{len(trace.output)} lines are printed, not 7"
    assert len(trace.output.by("main")) <= 1, "main() prints what is the other functions' to print"
