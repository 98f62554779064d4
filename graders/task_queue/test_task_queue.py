"""Grades `task_queue`: workers, retries with back-off, results, and a graceful end."""

from random import Random

import pytest

from pytest_asyncgrade import Submission, Trace, at, in_any_order, lines


@pytest.fixture(scope="module")
def trace(submission: Submission) -> Trace:
    """Run the whole program."""
    return submission.run()


@pytest.mark.points(2, hint="a queue of pairs, job and future; each worker takes one, awaits job(), sets the result")
def test_results(submission: Submission, rng: Random) -> None:
    """Every job is done by a worker, and its future gets what it returns."""
    workers = rng.randrange(2, 4)
    jobs = [[name, rng.randrange(1, 30) / 10] for name in "abcdefg"]
    trace = submission.play("do_jobs", workers=workers, retries=0, jobs=jobs)
    results, tried, *_ = trace.result
    assert results == list("ABCDEFG"), f"the results are {results}"
    assert sum(moments == [0] for moments in tried) == workers, (
        f"{workers} workers begin {sum(moments == [0] for moments in tried)} jobs at once"
    )


@pytest.mark.points(2, hint="after the first failure sleep 1 s, after the second 2 s, then 4 s: 2 ** number")
def test_retries_with_back_off(submission: Submission, rng: Random) -> None:
    """A job that fails is tried again, after 1, 2, 4 ... seconds."""
    seconds = rng.randrange(1, 9) / 10
    trace = submission.play("do_jobs", workers=1, retries=5, jobs=[["a", seconds, 5]])
    (result,), (tried,), *_ = trace.result
    assert result == "A", f"a job that fails five times, with five retries: {result}"
    expected = [number * seconds + 2**number - 1 for number in range(6)]
    assert [round(moment, 6) for moment in tried] == [round(moment, 6) for moment in expected], (
        f"it is tried at {tried} s"
    )


@pytest.mark.points(2, hint="when the last attempt fails: future.set_exception(error), and on with the next job")
def test_gives_up(submission: Submission) -> None:
    """A job that fails too often gives its future the last exception; the worker goes on."""
    trace = submission.play("do_jobs", workers=1, retries=1, jobs=[["a", 1, 9], ["b", 1]])
    results, tried, *_ = trace.result
    assert results == ["failed: a 2", "B"], f"a job that always fails, and a good one: {results}"
    assert tried == [[0, 2], [3]], f"they are tried at {tried} s"


@pytest.mark.points(1, hint="submit() is a plain def: it puts the job in and returns the future, without waiting")
def test_results_while_it_works(submission: Submission) -> None:
    """A result can be had while the queue goes on, and jobs can be added."""
    trace = submission.play("use_while_it_works")
    assert trace.result == ["A", True, "C"]


@pytest.mark.points(1, hint="first remember that it is shut down; await join(), then cancel the workers and await them")
def test_shutdown(submission: Submission) -> None:
    """Shutting down finishes all jobs, ends the workers, and takes nothing more."""
    results, _, left, _ = submission.play("do_jobs", workers=3, retries=0, jobs=[["a", 5], ["b", 1]]).result
    assert results == ["A", "B"], f"after the shutdown the results are {results}"
    assert left == 0, f"{left} workers are left after the shutdown"
    for when, said in zip(("while it shuts down", "after that"), submission.play("after_shutdown").result, strict=True):
        assert said == "the queue is shut down", f"a job is {said} {when}: submit() should raise a RuntimeError"


@pytest.mark.points(2)
def test_whole_program(trace: Trace) -> None:
    """The program does its three jobs in four seconds."""
    assert trace.output == in_any_order(
        at(0, "try thumbnail"), at(0, "try mail"), at(1, "try mail"), at(1, "try report"), at(2, "try report"),
        at(4, "try report"),
    )  # fmt: skip
    assert trace.output[-3:] == lines("1: thumbnail", "2: mail", "3: failed, no such file")
    assert len(trace.output) == 9, f"{len(trace.output)} lines are printed, not 9"
    assert trace.found("cut_off", "lost_exception", "never_awaited", "blocked_loop") == []
    assert len(trace.output.by("main")) <= 3, "main() prints what is the other functions' to print"
