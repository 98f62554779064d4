"""Grades `subprocesses`: other programs run beside the loop, and none is left behind."""

from collections import Counter
from random import Random

import pytest

from pytest_asyncgrade import Submission, Trace, lines


@pytest.fixture(scope="module")
def trace(submission: Submission) -> Trace:
    """Run the whole program."""
    return submission.run()


@pytest.mark.points(2, hint="create_subprocess_exec(sys.executable, '-c', code, stdout=PIPE), then await communicate()")
def test_text_and_status(submission: Submission, rng: Random) -> None:
    """run() returns the exit status and the text of any program."""
    status, number = rng.randrange(1, 100), rng.randrange(1000)
    assert submission.call("run", f"print({number})", returns=tuple[int, str]).result == (0, str(number))
    trace = submission.call("run", f"import sys; print({number}); print('more'); sys.exit({status})")
    assert trace.result == (status, f"{number}\nmore")
    trace = submission.call("run", f"import sys; print('careful', file=sys.stderr); print({number})")
    assert trace.result == (0, str(number)), f"standard error is not part of the text: {trace.result}"


@pytest.mark.points(2, hint="communicate() reads while it waits; wait() alone hangs when the program writes much")
def test_much_text(submission: Submission) -> None:
    """A program that writes much does not hang."""
    trace = submission.call("run", "print('x' * 300_000)", 4, returns=tuple[int, str | bytes])
    assert trace.result[0] == 0
    assert len(trace.result[1]) == 300_000, f"{len(trace.result[1])} characters come back of 300000"


@pytest.mark.points(2, hint="await asyncio.gather(*[run(code) for code in codes]); never subprocess.run in a coroutine")
def test_at_the_same_time(submission: Submission) -> None:
    """All run at the same time: four programs, each of which waits for files that the others write."""
    code = (  # when one has given up, the others need not try
        "import os, time\nopen({!r}, 'w').close()\ntime.sleep(.2)\nfor _ in range(300):\n    time.sleep(.01)\n"
        "    if os.path.exists('given up'): break\n    if all(map(os.path.exists, 'abcd')): print('met'); break\n"
        "else: open('given up', 'w').close()"
    )
    results, ticks = submission.play("beside_a_ticker", codes=[code.format(name) for name in "abcd"]).result
    assert results == [(0, "met")] * 4, f"four programs that wait for each other give {results}"
    assert ticks, "the event loop stands still while the programs run"


@pytest.mark.points(
    2, hint="async with asyncio.timeout(timeout): ...; except TimeoutError: process.kill(), await process.wait()"
)
def test_killed_when_it_takes_too_long(submission: Submission) -> None:
    """A program that takes too long is killed, and awaited."""
    result, seconds, alive = submission.play("run_too_long").result
    assert result == [None, ""], f"run() returns {result}"
    assert seconds < 8, f"it takes {seconds:.0f} s until run() returns, with a timeout of half a second"
    assert not alive, "the program goes on running, or was not awaited"


@pytest.mark.points(2)
def test_whole_program(trace: Trace) -> None:
    """The program prints status and text of its three programs, in order."""
    assert all(line.function for line in trace.output), "the other programs print to the output of yours: catch it"
    assert trace.output == lines("0 42", "3 bye", "0 ready")
    assert trace.found("blocked_loop", "never_awaited", "cut_off") == []
    begun_together = Counter(task.start for task in trace.tasks if task.parent == 1)
    runs = max([1, *begun_together.values()])
    assert runs == 3, f"three calls of run() should wait at the same time: here it is {runs}"
