"""Grades `task_interleaving`: a task that runs beside the coroutine that made it."""

import pytest

from pytest_asyncgrade import Submission, Trace, at, in_any_order, in_order, lines


@pytest.fixture(scope="module")
def trace(submission: Submission) -> Trace:
    """Run the whole program."""
    return submission.run()


@pytest.mark.points(1, hint="wait with `await asyncio.sleep(1)`, and await everything that you start")
def test_loop_stays_free(trace: Trace) -> None:
    """No wait stops the event loop, and everything that is started runs to its end."""
    assert trace.found("never_awaited", "blocked_loop", "busy_wait", "cut_off") == []
    for task in trace.tasks:
        assert task.ended == "finished", f"{task.coroutine}() did not come to its end: it {task.ended}"
    assert trace.elapsed > 0, "the program does not wait at all"


@pytest.mark.points(1, hint="fn2() runs twice: once as a task, once awaited by fn()")
def test_seven_lines(trace: Trace) -> None:
    """The program prints one, four and five once each, two and three twice each, and nothing else."""
    assert trace.output == in_any_order("one", "two", "two", "three", "three", "four", "five")
    assert len(trace.output) == 7, f"{len(trace.output)} lines are printed, not 7"


@pytest.mark.points(3, hint="in fn(): create the task before the first wait, and await the second fn2() after it")
def test_moments(trace: Trace) -> None:
    """Each line comes at its moment: one at 0 s, two at 1 s and 2 s, three at 2 s and 3 s, four at 3 s, five at 4 s."""
    assert trace.output == in_any_order(
        at(0, "one"), at(1, "two"), at(2, "two"), at(2, "three"), at(3, "three"), at(3, "four"), at(4, "five")
    )
    assert trace.output == in_order("three", "three", "four")  # these two share the moment 3 s


@pytest.mark.points(2, hint="wait, print, wait, print: each wait is `await asyncio.sleep(1)`")
def test_fn2_alone(submission: Submission) -> None:
    """fn2() alone prints two after one second and three after another."""
    alone = submission.call("fn2")
    assert alone.output == lines(at(1, "two"), at(2, "three"))


@pytest.mark.points(2, hint="task = asyncio.create_task(fn2()) starts one; `await fn2()`, further down, is the other")
def test_two_runs_overlap(trace: Trace) -> None:
    """fn2() runs twice, and the second run begins before the first has ended."""
    twos, threes = ([line for line in trace.output if line.text == word] for word in ("two", "three"))
    assert len(twos) == 2, '"two" is not printed twice'
    assert threes, '"three" is not printed'
    first, second = twos
    assert first.lineno == second.lineno, (
        f'"two" is printed on line {first.lineno} of your file and again on line {second.lineno}: leave it to fn2()'
    )
    assert None not in {first.task, second.task}, "fn2() is not run by the event loop, as a coroutine is"
    assert first.task != second.task, "both runs are in the same task, and a task does one thing after the other"
    loops = {span.loop for span in trace.tasks if span.number in {first.task, second.task}}
    assert len(loops) == 1, "the two runs are in two event loops: fn2() should be a task beside fn()"
    assert second.time <= threes[0].time, (
        f'the first run ends with "three" at {threes[0].time}, the second prints its "two" only at {second.time}'
    )


@pytest.mark.points(
    1, hint='if it is less, fn() should wait once more after "five"; if it is more, the task does not run beside fn()'
)
def test_five_seconds(trace: Trace) -> None:
    """The program takes five seconds."""
    assert trace.elapsed == 5
