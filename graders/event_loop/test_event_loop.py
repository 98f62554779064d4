"""Grades `event_loop`: callbacks run when the loop gets to them, not when they are planned."""

import pytest

from pytest_asyncgrade import Submission, Trace, at, in_order, lines


@pytest.fixture(scope="module")
def trace(submission: Submission) -> Trace:
    """Run the whole program."""
    return submission.run()


@pytest.mark.points(
    2, hint="call_soon(print, 'soon') plans; print('soon') prints at once, and call_soon(print('soon')) too"
)
def test_planning_prints_nothing_yet(trace: Trace) -> None:
    """Nothing that is planned happens before main gives the event loop its turn."""
    assert trace.output == in_order("planned", "main goes on", "soon")


@pytest.mark.points(1, hint="call_soon keeps the order in which you plan")
def test_soon_in_order(trace: Trace) -> None:
    """What is to happen soon happens at 0 s, in the order it was planned."""
    assert trace.output == in_order(at(0, "soon"), at(0, "soon after that"))


@pytest.mark.points(3, hint="plan each with `loop.call_later(seconds, print, text)`, and let main() last as long")
def test_later_by_its_moment(trace: Trace) -> None:
    """What is to happen later happens at its moment: after one second, after two."""
    assert trace.output == in_order(at(1, "one second later"), at(2, "two seconds later"), at(3, "main is done"))


@pytest.mark.points(2, hint="plan() makes four calls: twice loop.call_later, twice loop.call_soon")
def test_plan_alone(submission: Submission) -> None:
    """plan() plans four callbacks with the loop it is given, and waits for nothing."""
    trace = submission.play("plan_with_a_loop_of_ours")
    planned = trace.result
    assert planned == [["call_later", 2], ["call_later", 1], ["call_soon", 0], ["call_soon", 0]], (
        f"plan() does this with its loop: {planned}"
    )
    texts = ("two seconds later", "one second later", "soon", "soon after that")  # called in the order of planning
    assert trace.output == lines("planned", *texts)


@pytest.mark.points(2, hint="while main sleeps, the loop runs what was planned: one `await asyncio.sleep(3)` is enough")
def test_whole_program(submission: Submission, trace: Trace) -> None:
    """The program prints these seven lines, needs no task but main, and takes three seconds."""
    assert trace.output == lines(
        "planned", "main goes on", "soon", "soon after that", "one second later", "two seconds later", "main is done"
    )
    assert trace.elapsed == 3
    assert trace.found("blocked_loop", "never_awaited") == []
    assert len(trace.tasks) == 1
    assert len(trace.output.by("main")) <= 2, "main() prints what is the other functions' to print"
    longer = submission.run(vary_sleeps={3: 4})
    assert [float(line.time) for line in longer.output[-2:]] == [2, 4], (
        "when main's sleep of 3 s is made to take 4 s, the last two lines do not come at 2 s and at 4 s: "
        "wait with one sleep, and let the loop call what was planned"
    )
