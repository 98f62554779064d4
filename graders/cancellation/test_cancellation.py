"""Grades `cancellation`: tasks that can be stopped, and one that is protected."""

from random import Random

import pytest

from pytest_asyncgrade import Submission, Trace, at, in_any_order, in_order, lines


@pytest.fixture(scope="module")
def trace(submission: Submission) -> Trace:
    """Run the whole program."""
    return submission.run()


@pytest.mark.points(2, hint="print, then `await asyncio.sleep(1)`, in a loop that has no end")
def test_counts_until_cancelled(submission: Submission, rng: Random) -> None:
    """count() prints one number a second for as long as nobody stops it."""
    seconds = rng.randrange(2, 8)
    trace = submission.play("cancel_counter", after=seconds + 0.5)
    assert trace.output[:-1] == lines(*(at(second, f"zoe {second + 1}") for second in range(seconds + 1)))
    last = submission.play("cancel_counter", after=1000.5).output[-2]
    assert last.text == "zoe 1001", f'count() should go on for ever; after 1000 s its last number is "{last.text}"'


@pytest.mark.points(2, hint="print it in `finally:`, or in `except asyncio.CancelledError:` that ends with `raise`")
def test_cleans_up_and_ends(submission: Submission) -> None:
    """When it is cancelled, count() says that it stops, and stops."""
    trace = submission.play("cancel_counter", after=1.5)
    assert trace.output == in_order(at(1, "zoe 2"), at(1.5, "zoe stops"))
    assert trace.result is True, (
        "count() swallows the CancelledError: its task is not cancelled, but goes on or ends well"
    )


@pytest.mark.points(2, hint="await asyncio.shield(saving): the shield is cancelled, what is behind it is not")
def test_shield(submission: Submission) -> None:
    """careful() can be cancelled, and what it awaits goes on."""
    cancelled, finished = submission.play("cancel_careful").result
    assert finished, "the task that careful() awaits is cancelled together with it"
    assert cancelled, "careful() cannot be cancelled"


@pytest.mark.points(2, hint="sleep, cancel, await the task; its CancelledError is expected, so catch it")
def test_one_after_the_other(trace: Trace) -> None:
    """main stops a at 1.5 s and b at 2.5 s."""
    assert trace.output == in_order(at(0, "a 1"), at(1, "a 2"), at(1.5, "a stops"), at(2, "b 3"), at(2.5, "b stops"))


@pytest.mark.points(
    2, hint=dict.fromkeys(["cut_off", "order"], "`await saving` at the end keeps main alive until it is saved")
)
def test_whole_program(submission: Submission, trace: Trace) -> None:
    """The program prints these ten lines, and ends when all is saved."""
    assert trace.output == in_any_order("a 1", "a 2", "a stops", "b 1", "b 2", "b 3", "b stops")
    assert trace.output[-3:] == lines(at(2.5, "saving"), at(3.5, "cancelled"), at(4.5, "saved"))
    assert len(trace.output) == 10, f"{len(trace.output)} lines are printed, not 10"
    assert trace.found("swallowed_cancellation", "cut_off", "blocked_loop", "never_awaited") == []
    assert len(trace.output.by("main")) <= 1, "main() prints what is the other functions' to print"
    assert trace.waits_in("careful"), "main() does not start careful()"
    slower = submission.run(vary_sleeps={2: 5}).output
    assert slower[-1:] == lines(at(7.5, "saved")), (
        "when save() is made to take 5 s, main() does not wait until all is saved"
    )
    begun = submission.play("slow_to_stop").output
    assert begun[:1] == lines(at(3, "saving")), (
        "when count() takes 0.25 s to stop, main() goes on before it has: await each task that you cancel"
    )
