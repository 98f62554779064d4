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
    seconds = rng.randrange(1, 20) / 10
    trace = submission.call("ask", "Quito", seconds)
    assert trace.result == "sunny in Quito"
    assert trace.elapsed == seconds


@pytest.mark.points(3, hint="`async with asyncio.timeout(2):` around the await, `except TimeoutError:` around that")
def test_too_late(submission: Submission, rng: Random) -> None:
    """After two seconds without an answer ask() gives up, however long the server would take."""
    trace = submission.call("ask", "Quito", rng.randrange(3, 60))
    assert trace.result == "no answer from Quito"
    assert trace.elapsed == 2


@pytest.mark.points(2, hint="asyncio.timeout cancels what it interrupts; a task that is left behind goes on")
def test_nothing_goes_on(submission: Submission) -> None:
    """What is given up is cancelled, and does not go on in the background."""
    answer, *ended = submission.play("slow_server").result
    assert answer == "no answer from Kyiv", f"of a server that takes a minute ask() returns {answer!r}"
    assert ended == ["cancelled"], "fetch() goes on after ask() has given up"


@pytest.mark.points(2, hint="await the three together, with asyncio.gather; each has two seconds of its own")
def test_all_at_the_same_time(trace: Trace) -> None:
    """The three are asked at the same time, so that the program takes two seconds."""
    assert trace.output == in_order(at(2, "sunny in Oslo"), at(2, "no answer from Rome"), at(2, "no answer from Lima"))
    assert trace.elapsed == 2


@pytest.mark.points(1, hint="compare each line with README.md")
def test_whole_program(trace: Trace) -> None:
    """The program prints these four lines; no wait stops the loop, and nothing is cut off."""
    assert trace.output == lines("sunny in Oslo", "no answer from Rome", "no answer from Lima", "done")
    assert trace.found("blocked_loop", "never_awaited", "cut_off", "busy_wait") == []
    assert trace.waits_in("fetch"), "main() prints its lines, and fetch() has done nothing for them"
