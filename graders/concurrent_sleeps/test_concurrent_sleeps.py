"""Grades `concurrent_sleeps`: three coroutines that wait at the same time."""

import pytest

from pytest_asyncgrade import Submission, Trace, at, in_any_order, in_order, lines


@pytest.fixture(scope="module")
def trace(submission: Submission) -> Trace:
    """Run the whole program."""
    return submission.run()


@pytest.mark.points(1, hint="wait with `await asyncio.sleep(...)`, and await everything that you start")
def test_loop_stays_free(trace: Trace) -> None:
    """No wait stops the event loop, and everything that is started runs to its end."""
    assert trace.found("never_awaited", "blocked_loop", "busy_wait", "cut_off") == []
    for stretch in trace.blocked:
        where = f" on {stretch.place}" if stretch.place else ""
        pytest.fail(f"time.sleep{where} stops a thread: no event loop is in it, and no task waits")
    for task in trace.tasks:
        assert task.ended == "finished", f"{task.coroutine}() did not come to its end: it {task.ended}"
    assert trace.elapsed > 0, "the program does not wait at all"


@pytest.mark.points(
    2, hint="asyncio.gather makes a task of each; so does asyncio.create_task, awaited later, or a TaskGroup"
)
def test_three_at_a_time(trace: Trace) -> None:
    """The event loop runs the three functions in three tasks, all in progress at the same time."""
    starts = [line for line in trace.output if "started" in line.text]
    assert starts, "no function says that it started"
    tasks = {line.task for line in starts}
    assert None not in tasks, f'"{starts[0]}" is not printed in a task of the event loop'
    loops = {span.loop for span in trace.tasks if span.number in tasks}
    assert len(loops) == 1, f"the functions run in {len(loops)} event loops, not in one"
    assert len(tasks) == 3, f"the functions run in {len(tasks)} task{'s'[: len(tasks) != 1]}, not in 3"
    assert trace.max_concurrency >= 3, "there are three tasks, but they are not in progress at the same time"


@pytest.mark.points(1)
def test_seven_lines(trace: Trace) -> None:
    """Each function says that it started and that it ended, main says that it ended, and nothing else is printed."""
    assert trace.output == in_any_order(
        "Function 1 started..", "Function 2 started..", "Function 3 started..",
        "Function 1 Ended", "Function 2 Ended", "Function 3 Ended", "Main Ended..",
    )  # fmt: skip
    assert len(trace.output) == 7, f"{len(trace.output)} lines are printed, not 7"


@pytest.mark.points(
    1, hint="an `await func1()` on a line of its own holds up the rest until func1 is done; so does a time.sleep"
)
def test_all_start_at_once(trace: Trace) -> None:
    """The three functions start at the same moment, at 0 s."""
    assert trace.output == in_any_order(
        at(0, "Function 1 started.."), at(0, "Function 2 started.."), at(0, "Function 3 started..")
    )


@pytest.mark.points(2, hint="await the three together: await asyncio.gather(func1(), func2(), func3())")
def test_shortest_wait_ends_first(trace: Trace) -> None:
    """The shortest wait ends first: Function 3, then Function 1, then Function 2, and main last of all."""
    assert trace.output == in_order("Function 3 Ended", "Function 1 Ended", "Function 2 Ended", "Main Ended..")


@pytest.mark.points(
    1, hint="three waits that overlap take as long as the longest of them, 3 s, and not 2 + 3 + 1 = 6 s"
)
def test_longest_wait_not_sum(trace: Trace) -> None:
    """The program takes as long as its longest wait, three seconds."""
    assert trace.elapsed == 3


@pytest.mark.points(
    1,
    hint={
        "time": "main waits until the functions are done: it awaits them, and does not sleep for a time of its own",
        "": "main calls func1, func2 and func3 and waits for them; it prints none of their lines itself",
    },
)
def test_functions_do_the_work(submission: Submission) -> None:
    """When func1, func2 and func3 are made to wait for other times, their lines come at other moments."""
    others: dict[float, float] = {1: 1, 2: 1.5, 3: 0.5}  # now func1 takes longest
    output = submission.run(vary_sleeps=others).output
    alone = {number: submission.call(f"func{number}", vary_sleeps=others).elapsed for number in (1, 2, 3)}
    assert output == in_any_order(*(at(end, f"Function {number} Ended") for number, end in alone.items()))
    longest = max(alone.values())
    assert output[-1].time == longest, (
        f'"{output[-1]}" came at {output[-1].time}, and the last function ends at {longest}'
    )


@pytest.mark.points(1, hint="each is an `async def` with a print, an `await asyncio.sleep(...)` and another print")
def test_each_function_alone(submission: Submission) -> None:
    """Each function does its own part: func1 waits two seconds, func2 three, func3 one."""
    for number, seconds in enumerate((2, 3, 1), start=1):
        alone = submission.call(f"func{number}")
        assert alone.output == lines(at(0, f"Function {number} started.."), at(seconds, f"Function {number} Ended"))
        assert alone.tasks, f"func{number} is no coroutine function: it is written with def, not with async def"
