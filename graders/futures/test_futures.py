"""Grades `futures`: one sets the result, all who await it go on."""

from random import Random

import pytest

from pytest_asyncgrade import Submission, Trace, at, in_order, lines


@pytest.fixture(scope="module")
def trace(submission: Submission) -> Trace:
    """Run the whole program."""
    return submission.run()


@pytest.mark.points(3, hint="`dish = await order` waits and gives the result; print it in the guest's line")
def test_guest_waits_for_any_order(submission: Submission, rng: Random) -> None:
    """A guest waits until the order has a result, however long that takes, and eats it."""
    dish, after = rng.choice(["rice", "stew", "salad", "pie"]), rng.randrange(1, 50) / 10
    trace = submission.play("order", dish=dish, after=after)
    assert trace.output == lines(at(0, "Zoe waits"), at(after, f"Zoe eats {dish}"))


@pytest.mark.points(2, hint="await asyncio.sleep(2), then order.set_result(dish)")
def test_cook_sets_the_result(submission: Submission) -> None:
    """After two seconds the cook sets the result of the order."""
    after, done, result, *_ = submission.play("cooking", dish="figs").result
    assert done, "the order has no result when the cook is done"
    assert result == "figs", f"the result of the order is {result!r}, not the dish, 'figs'"
    assert after == 2, f"the cook takes {after:g} s, not 2 s"


@pytest.mark.points(2, hint='for fish order.set_exception(ValueError("no fish today")), else order.set_result(dish)')
def test_fish_is_an_exception(submission: Submission, trace: Trace) -> None:
    """For fish the cook sets a ValueError, and each guest says so."""
    _after, done, _result, kind, text = submission.play("cooking", dish="fish").result
    assert done, "the order is still open when the cook is done"
    assert kind == "ValueError", f"the order of fish brings {kind or 'no exception'}, not a ValueError"
    assert text == "no fish today", f"the exception says {text!r}, not 'no fish today'"
    assert trace.output == in_order(at(4, "Ann gets nothing: no fish today"), at(4, "Bob gets nothing: no fish today"))


@pytest.mark.points(
    2, hint="await asyncio.gather(guest(...), guest(...), cook(...)): while the guests wait, the cook works"
)
def test_all_at_the_same_time(submission: Submission, trace: Trace) -> None:
    """serve() lets both guests wait at once for the same order, while the cook works."""
    assert trace.output == in_order(
        at(0, "Ann waits"), at(0, "Bob waits"), at(2, "Ann eats soup"), at(2, "Bob eats soup")
    )
    assert trace.found("blocked_loop", "busy_wait", "never_awaited", "cut_off") == []
    ours = submission.play("our_cook", dish="rice", after=7)
    assert ours.result == ["rice"], (
        f'serve("rice") should call cook() once, for rice; it calls it for {" and ".join(ours.result) or "nothing"}'
    )
    assert ours.output == lines(
        at(0, "Ann waits"), at(0, "Bob waits"), at(7, "Ann eats hot rice"), at(7, "Bob eats hot rice")
    )


@pytest.mark.points(1)
def test_whole_program(trace: Trace) -> None:
    """The program prints these eight lines, and takes four seconds."""
    assert trace.output == lines(
        "Ann waits", "Bob waits", "Ann eats soup", "Bob eats soup",
        "Ann waits", "Bob waits", "Ann gets nothing: no fish today", "Bob gets nothing: no fish today",
    )  # fmt: skip
    assert trace.elapsed == 4
    assert trace.output.by("main") == [], "main() prints what is the other functions' to print"
