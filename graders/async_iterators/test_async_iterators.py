"""Grades `async_iterators`: things that come one by one, and an end that cleans up."""

from itertools import pairwise
from random import Random

import pytest

from pytest_asyncgrade import Submission, Trace, at, contains, in_order, lines


@pytest.fixture(scope="module")
def trace(submission: Submission) -> Trace:
    """Run the whole program."""
    return submission.run()


@pytest.mark.points(
    3, hint="__aiter__ returns self; async def __anext__ sleeps, returns the next, or raises StopAsyncIteration"
)
def test_sensor(submission: Submission, rng: Random) -> None:
    """`async for` over a sensor gives each of its values, one a second, and then ends."""
    values = rng.sample(range(100), rng.randrange(3, 6))
    trace = submission.play("read_sensor", values=values)
    assert trace.result == [[second, value] for second, value in enumerate(values, start=1)], (
        f"of {values} come, with their seconds: {trace.result}"
    )


@pytest.mark.points(
    2,
    hint={
        "result": "remember the value before; for the first there is none, and nothing is yielded",
        "": 'print "sensor closed" in `finally:`, which is reached however smooth() ends',
    },
)
def test_smooth(submission: Submission, rng: Random) -> None:
    """smooth() yields the mean of each value and the one before, and prints at its end, however it ends."""
    values = [0, *rng.sample(range(1, 100, 2), 4)]
    trace = submission.play("smooth_values", values=values)
    assert trace.result == [(a + b) / 2 for a, b in pairwise(values)], f"of {values} it yields {trace.result}"
    assert trace.output == lines("sensor closed")
    left, broken = submission.play("leave_smooth"), submission.play("break_smooth")
    assert left.output == lines("sensor closed", "left"), 'smooth() is left early, and does not print "sensor closed"'
    assert broken.output == lines("sensor closed", "broken"), 'its sensor fails, and smooth() prints no "sensor closed"'


@pytest.mark.points(2, hint="return inside the `async for`, as soon as a mean is greater than the limit")
def test_stops_when_found(submission: Submission) -> None:
    """first_above() returns the first that is above the limit, and waits for no more."""
    trace = submission.play("find", limit=50, values=[20, 80, 70, 90, 10, 10])
    assert trace.result == 75, f"of the means 50, 75, 80 ... it returns {trace.result!r}; the first above 50 is 75"
    assert trace.elapsed == 3
    nothing = submission.play("find", limit=50, values=[0, 40, 20])
    assert nothing.result is None, f"no mean is above the limit, and it returns {nothing.result!r}"


@pytest.mark.points(2, hint={"order": "async with aclosing(smooth(sensor)) as means: async for mean in means: ..."})
def test_closed_when_it_returns(submission: Submission) -> None:
    """When first_above() returns, the sensor is closed: at once, not when Python tidies up."""
    trace = submission.play("find", limit=50, values=[0, 40, 80, 90])
    assert trace.output == in_order("60.0", "sensor closed", "returned")
    assert trace.output == contains("20.0")


@pytest.mark.points(1)
def test_whole_program(trace: Trace) -> None:
    """The program finds 25.0 after three seconds."""
    assert trace.output == lines(at(2, "15.0"), at(3, "25.0"), at(3, "sensor closed"), at(3, "found 25.0"))
    assert trace.found("blocked_loop", "never_awaited") == []
    assert len(trace.output.by("main")) <= 1, "main() prints what is the other functions' to print"
