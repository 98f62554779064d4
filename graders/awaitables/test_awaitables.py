"""Grades `awaitables`: an object of one's own behind await."""

from random import Random

import pytest

from pytest_asyncgrade import Submission, Trace, at, in_any_order, lines


@pytest.fixture(scope="module")
def trace(submission: Submission) -> Trace:
    """Run the whole program."""
    return submission.run()


@pytest.mark.points(
    3, hint="def __await__(self): return self.boil().__await__(), and boil() is an async def that sleeps"
)
def test_can_be_awaited(submission: Submission, rng: Random) -> None:
    """Awaiting a kettle heats as many litres as it has, for as many seconds."""
    litres = rng.randrange(4, 20)
    trace = submission.play("boil", litres=litres)
    assert trace.output == lines(at(0, f"heating {litres} litres"), at(litres, "boiling"))


@pytest.mark.points(
    2, hint=lambda trace: "what boil() returns is what `await kettle` gives" if trace.result is None else ""
)
def test_gives_its_water(submission: Submission, rng: Random) -> None:
    """Awaiting a kettle gives its hot water."""
    litres = rng.randrange(4, 20)
    assert submission.play("boil", litres=litres).result == f"{litres} litres of hot water"
    waters = submission.play("boil_side_by_side", litres=[litres, 2]).result
    assert waters == [f"{litres} litres of hot water", "2 litres of hot water"], (
        f"two kettles, of {litres} and of 2 litres, give {waters}"
    )


@pytest.mark.points(1)
def test_can_be_awaited_again(submission: Submission) -> None:
    """The same kettle can be awaited twice."""
    trace = submission.play("boil_twice")
    assert trace.result == ["2 litres of hot water", "2 litres of hot water"]
    assert trace.elapsed == 4


@pytest.mark.points(1, hint="print in the coroutine that is awaited, not in __init__")
def test_nothing_before_it_is_awaited(submission: Submission) -> None:
    """A kettle that nobody awaits yet does nothing."""
    trace = submission.play("wait_then_boil")
    assert trace.output == lines(at(5, "now"), at(5, "heating 1 litres"), at(6, "boiling"))


@pytest.mark.points(1, hint="wait with `await asyncio.sleep(...)`: only such a wait can be interrupted")
def test_can_be_given_up(submission: Submission) -> None:
    """A kettle leaves the event loop free, and a timeout can interrupt it."""
    trace = submission.play("give_up")
    assert trace.found("blocked_loop") == []
    assert trace.result == "gave up", "the timeout does not interrupt the kettle"
    assert not trace.found("cut_off"), "after the timeout the kettle goes on: the task that heats it is not cancelled"
    assert trace.elapsed == 1


@pytest.mark.points(2, hint="asyncio.gather takes awaitables of any kind: asyncio.gather(Kettle(1), Kettle(3))")
def test_whole_program(trace: Trace) -> None:
    """The program boils 2 litres, then 1 and 3 at the same time, in five seconds."""
    assert trace.output[:3] == lines(at(0, "heating 2 litres"), at(2, "boiling"), at(2, "2 litres of hot water"))
    assert trace.output[3:] == in_any_order(
        at(2, "heating 1 litres"), at(2, "heating 3 litres"), at(3, "boiling"), at(5, "boiling"), at(5, "enough water")
    )
    assert len(trace.output) == 8, f"{len(trace.output)} lines are printed, not 8"
    assert len(trace.output.by("main")) <= 2, "main() prints what is the other functions' to print"
