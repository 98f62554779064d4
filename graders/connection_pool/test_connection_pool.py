"""Grades `connection_pool`: a few connections for many, in threads, and none is lost."""

from random import Random

import pytest

from pytest_asyncgrade import Submission, Trace, at, in_any_order, lines


@pytest.fixture(scope="module")
def trace(submission: Submission) -> Trace:
    """Run the whole program."""
    return submission.run()


@pytest.mark.points(2, hint="await asyncio.gather(*[asyncio.to_thread(connect) for _ in range(self.size)])")
def test_open(submission: Submission, rng: Random) -> None:
    """open() opens as many connections as there should be, in threads, all at the same time."""
    size = rng.randrange(3, 7)
    trace = submission.play("open_pool", size=size)
    opened, in_loop = trace.result
    assert opened == size, f"a pool of {size} opens {opened} connections"
    assert in_loop == 0, "connect() is called in the event loop's own thread, and stops it"
    assert trace.elapsed == 1


@pytest.mark.points(
    3, hint="connection = await self.free.get() waits for a free one; run the query with asyncio.to_thread"
)
def test_queries(submission: Submission, rng: Random) -> None:
    """Queries run at the same time, in threads, one to a connection; who comes later waits."""
    size = rng.randrange(2, 4)
    queries = [[f"select {number}", number] for number in range(3 * size)]
    results, seconds, most, shared, in_loop = submission.play("run_queries", size=size, queries=queries).result
    assert results == [[tuple(query)] for query in queries], f"the queries return {results}"
    assert in_loop == 0, "a query runs, or its rows are fetched, in the event loop's own thread, and stops it"
    assert shared == 0, "two queries use one connection at the same time"
    assert most == size, f"at most {most} of {size} connections are used at the same time"
    assert seconds == 3, f"three rounds of queries of 1 s take {seconds:g} s"


@pytest.mark.points(2, hint="give it back in `finally:`; get it before the `try:`")
def test_errors(submission: Submission) -> None:
    """After an error or a cancellation the connection is given back, and an error goes on."""
    said = submission.play("errors").result
    assert said == ["wrong", "wrong", "inside", [("right",)]], (
        f"two wrong queries, an error, two cancellations, a right query: {said}"
    )


@pytest.mark.points(1, hint="take every connection out of the queue before you close it: you get it when it comes back")
def test_close(submission: Submission) -> None:
    """close() closes all connections, in threads, and waits for one that is lent."""
    trace = submission.play("close_pool")
    closed, after, too_soon, in_loop = trace.result
    assert closed == 2, f"{closed} of 2 connections are closed"
    assert too_soon < 2, "a connection is closed while it is lent"
    assert after >= 5, f"close() returns after {after:g} s, while a connection is lent for 5 s"
    assert trace.output == lines(at(6, "pool closed"))
    assert in_loop == 0, "close() of a connection is called in the event loop's own thread"


@pytest.mark.points(2)
def test_whole_program(trace: Trace) -> None:
    """The program asks a real database three questions."""
    assert trace.output == in_any_order(at(1, "connected"), at(1, "connected"))
    assert trace.output[2:] == lines("[(1,)]", "[('abc',)]", "[(6,)]", "pool closed")
    assert trace.elapsed == 1
    assert trace.max_concurrency > 3, "main() asks one question after the other"
    assert trace.found("blocked_loop", "never_awaited", "cut_off") == []
    assert len(trace.output.by("main")) <= 3, "main() prints what is the other functions' to print"
