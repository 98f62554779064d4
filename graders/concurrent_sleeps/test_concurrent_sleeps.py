"""Grades the exercise concurrent_sleeps."""

import pytest

from pytest_asyncgrade import Submission, Trace, in_any_order, in_order


@pytest.fixture(scope="module")
def trace(submission: Submission) -> Trace:
    """The program, run once."""
    return submission.run()


@pytest.mark.points(2, hint="await them together: asyncio.gather(...)")
def test_shortest_wait_ends_first(trace: Trace) -> None:
    """Function 3 ends before Function 1."""
    assert trace.output == in_order("Function 3 Ended", "Function 1 Ended")


@pytest.mark.points(3)
def test_waits_overlap(trace: Trace) -> None:
    """The program takes as long as its longest wait, not the sum."""
    assert trace.elapsed == 3
