"""Grades `locks`: no update is lost, and nobody waits who need not."""

from random import Random

import pytest

from pytest_asyncgrade import Submission, Trace, at, in_any_order, lines


@pytest.fixture(scope="module")
def trace(submission: Submission) -> Trace:
    """Run the whole program."""
    return submission.run()


@pytest.mark.points(
    3, hint="one lock per account, held from reading the balance to writing it: `async with self.lock:`"
)
def test_no_deposit_is_lost(submission: Submission, rng: Random) -> None:
    """However many deposits are made at the same time, the balance is their sum."""
    amounts = rng.sample(range(1, 100), rng.randrange(3, 8))
    trace = submission.play("many_deposits", amounts=amounts)
    assert trace.result == sum(amounts), (
        f"after deposit() of {amounts} the balance is {trace.result}, not {sum(amounts)}"
    )


@pytest.mark.points(
    2, hint="a deposit begins when the one before is done, and holds the lock while it waits for the bank"
)
def test_one_at_a_time(submission: Submission) -> None:
    """Deposits with one account, begun at 0, 0.3 and 2.4 s, are made one after the other, a second each."""
    trace = submission.play("deposits_at", moments=[0, 0.3, 2.4])
    assert trace.output == lines(at(1, "Zoe: 1"), at(2, "Zoe: 2"), at(3.4, "Zoe: 3"))


@pytest.mark.points(
    2, hint=lambda trace: "make the lock in __init__, so that each account has its own" if trace.elapsed > 2 else ""
)
def test_accounts_do_not_wait_for_each_other(submission: Submission) -> None:
    """Deposits with different accounts go on at the same time, whatever the names."""
    trace = submission.play("more_accounts")
    assert trace.output == in_any_order(*(at(n, f"{name}: {n}") for name in ("Zoe", "Max", "Zoe") for n in (1, 2)))
    assert trace.elapsed == 2


@pytest.mark.points(
    1,
    hint="`async with` releases it whatever happens; by hand, acquire() comes before `try:`, release() in `finally:`",
)
def test_lock_is_given_back(submission: Submission) -> None:
    """A deposit that is cancelled gives back the lock that it has, and no other, and changes nothing."""
    trace = submission.play("cancelled_deposit")
    assert trace.result == 7, f"the balance is {trace.result}, not 7"
    assert trace.found("swallowed_cancellation") == []
    trace = submission.play("cancelled_in_turn")
    assert trace.result == 8, f"deposits of 1 and 7, and one that is cancelled while it waits, make {trace.result}"
    assert trace.output == lines(at(1, "Zoe: 1"), at(2, "Zoe: 8"))


@pytest.mark.points(2)
def test_whole_program(trace: Trace) -> None:
    """The program makes its four deposits in three seconds."""
    assert trace.output == in_any_order(
        at(1, "Ann: 10"), at(1, "Bob: 5"), at(2, "Ann: 30"), at(3, "Ann: 60"), at(3, "60 5")
    )
    assert len(trace.output) == 5, f"{len(trace.output)} lines are printed, not 5"
    assert trace.found("blocked_loop", "never_awaited", "busy_wait", "cut_off") == []
    assert len(trace.output.by("main")) <= 1, "main() prints what is the other functions' to print"
