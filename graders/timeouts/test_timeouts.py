"""Grades `timeouts`: what comes too late is given up."""

from random import Random

import pytest

from pytest_asyncgrade import Submission, Trace, at, in_order, lines


@pytest.fixture(scope="module")
def trace(submission: Submission) -> Trace:
    """Run the whole program."""
    return submission.run()


@pytest.mark.points(2, hint="inside the timeout: return await fetch(city, seconds)")
def test_in_time(submission: Submission, rng: Random) -> None:
    """An answer within two seconds is returned when it comes."""
    seconds = rng.randrange(1, 200, 2) / 100
    trace = submission.play("ask", city="Quito", seconds=seconds)
    assert trace.result == "sunny in Quito"
    assert trace.elapsed == seconds


@pytest.mark.points(3, hint="`async with asyncio.timeout(2):` around the await, `except TimeoutError:` around that")
def test_too_late(submission: Submission, rng: Random) -> None:
    """After two seconds without an answer ask() gives up, however long the server would take."""
    trace = submission.play("ask", city="Quito", seconds=rng.randrange(3, 60))
    assert trace.result == "no answer from Quito"
    assert trace.elapsed == 2


@pytest.mark.points(2, hint="asyncio.timeout cancels what it interrupts; a task that is left behind goes on")
def test_nothing_goes_on(submission: Submission) -> None:
    """What is given up is cancelled, and does not go on in the background."""
    answer, *ended, again = submission.play("slow_server").result
    assert answer == "no answer from Kyiv", f"of a server that takes a minute ask() returns {answer!r}"
    assert ended == ["cancelled"], "fetch() goes on after ask() has given up"
    assert again == "rain in Kyiv", f"when it is asked again, and there is an answer after 1 s, ask() returns {again!r}"


@pytest.mark.points(2, hint="await the three together, with asyncio.gather; each has two seconds of its own")
def test_all_at_the_same_time(submission: Submission, trace: Trace) -> None:
    """The three are asked at the same time, so that the program takes two seconds."""
    assert trace.output == in_order(at(2, "sunny in Oslo"), at(2, "no answer from Rome"), at(2, "no answer from Lima"))
    assert trace.elapsed == 2
    other = submission.play("other_weather").output
    assert other == lines("no answer from Oslo", "rain in Rome", "no answer from Lima", "done"), (
        "when the servers answer something else, main() does not print those answers in order"
    )


@pytest.mark.points(1)
def test_whole_program(trace: Trace) -> None:
    """The program prints these four lines; no wait stops the loop, and nothing is cut off."""
    assert trace.output == lines("sunny in Oslo", "no answer from Rome", "no answer from Lima", "done")
    assert trace.found("blocked_loop", "never_awaited", "cut_off", "busy_wait") == []
    assert trace.waits_in("fetch"), "main() prints its lines, and fetch() has done nothing for them"
