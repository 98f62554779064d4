"""Grades `results_as_completed`: each answer is used as soon as it is there."""

from random import Random

import pytest

from pytest_asyncgrade import Submission, Trace, at, in_any_order, lines


@pytest.fixture(scope="module")
def trace(submission: Submission) -> Trace:
    """Run the whole program."""
    return submission.run()


@pytest.fixture
def offers(rng: Random) -> list[list[object]]:
    """Return offers that are neither answered in their order, nor does the first or the last ask the lowest price."""
    shops = rng.sample(["yak", "gnu", "emu", "kiwi", "dodo"], 5)
    delays = sorted(rng.sample(range(11, 500, 2), 5))
    first, *others = (lowest + rng.randrange(1000) for lowest in (5000, 2000, 6000, 3000))
    prices = [first, first, *others]  # the second is not cheaper, but as cheap
    answers: list[list[object]] = [[shop, n / 100, price] for shop, n, price in zip(shops, delays, prices, strict=True)]
    return [answers[number] for number in (3, 0, 4, 2, 1)]


def in_time(offers: list[list[object]]) -> list[list[object]]:
    """Return the offers in the order in which they are answered."""
    return sorted(offers, key=lambda offer: float(str(offer[1])))


@pytest.mark.points(1, hint="await asyncio.sleep(seconds), then return shop, price")
def test_search(submission: Submission) -> None:
    """search() waits, and returns the shop and its price."""
    trace = submission.call("search", "gnu", 2, 17)
    assert trace.elapsed == 2
    assert trace.result == ("gnu", 17)


@pytest.mark.points(3, hint="for answer in asyncio.as_completed([...]): shop, price = await answer; then print")
def test_as_they_come(submission: Submission, offers: list[list[object]]) -> None:
    """Whatever the offers, each answer is printed at the moment it comes."""
    _check_moments(submission.call("compare", offers), offers)
    backwards = {str(shop): round(9 - float(str(seconds)), 2) for shop, seconds, _price in offers}
    ours = submission.play("our_search", offers=offers, delays=backwards)
    _check_moments(ours, [[shop, backwards[str(shop)], price] for shop, _seconds, price in offers])


def _check_moments(trace: Trace, offers: list[list[object]]) -> None:
    expected = [at(float(str(delay)), f"{shop} asks {price}") for shop, delay, price in in_time(offers)]
    printed = [line.text.removesuffix(" (best so far)") for line in trace.output]
    assert printed == [str(one.text) for one in expected], f"the answers are printed in the order {printed}"
    moments = [float(line.time) for line in trace.output]
    assert moments == [one.seconds for one in expected], f"the answers are printed at {moments} s"


@pytest.mark.points(2, hint="remember the lowest price until now, and compare each answer with it")
def test_best_so_far(submission: Submission, offers: list[list[object]]) -> None:
    """Behind each price that is lower than all before it stands that it is the best so far."""
    trace = submission.call("compare", offers)
    prices = [int(str(price)) for _shop, _delay, price in in_time(offers)]
    best = [f" {price} (" for n, price in enumerate(prices) if price < min(prices[:n], default=9999)]
    marked = [line.text for line in trace.output if line.text.endswith("(best so far)")]
    assert len(marked) == len(best), f"{len(marked)} lines end with (best so far), and {len(best)} should: {marked}"
    assert all(part in line for part, line in zip(best, marked, strict=True)), f"these lines are marked: {marked}"


@pytest.mark.points(2, hint="the last best one is the cheapest of all: return its name")
def test_cheapest_is_returned(submission: Submission, offers: list[list[object]]) -> None:
    """compare() returns the cheapest shop when all have answered, after as long as the slowest takes."""
    trace = submission.call("compare", offers)
    cheapest = min(offers, key=lambda offer: int(str(offer[2])))[0]
    assert trace.result == cheapest, f"compare() returns {trace.result!r}; the cheapest is {cheapest!r}"
    assert trace.elapsed == in_time(offers)[-1][1]


@pytest.mark.points(2)
def test_whole_program(submission: Submission, trace: Trace) -> None:
    """The program compares its four offers, in four seconds."""
    assert trace.output == in_any_order(at(1, "tapir asks 30 (best so far)"), at(3, "ibis asks 25 (best so far)"))
    assert trace.output == lines(
        "tapir asks 30 (best so far)", "okapi asks 40", "ibis asks 25 (best so far)", "lemur asks 28", "buy at ibis"
    )
    assert trace.elapsed == 4
    assert trace.found("never_awaited", "blocked_loop", "cut_off") == []
    assert len(trace.output.by("main")) <= 1, "main() prints what is the other functions' to print"
    other = submission.play("our_prices").output[-1]
    assert other.text == "buy at okapi", f'when okapi is the cheapest, main() prints "{other.text}"'
