"""Grades `task_groups`: all together, and none goes on when one fails."""

from random import Random
from typing import Any

import pytest

from pytest_asyncgrade import Submission, Trace, at, in_any_order, in_order, lines


@pytest.fixture(scope="module")
def trace(submission: Submission) -> Trace:
    """Run the whole program."""
    return submission.run()


@pytest.mark.points(2, hint="print, `await asyncio.sleep(seconds)`, print, return part.upper()")
def test_build(submission: Submission, rng: Random) -> None:
    """build() builds any part in its time; the engine fails."""
    seconds = rng.randrange(1, 50) / 10
    good = submission.call("build", "rudder", seconds)
    assert good.output == lines(at(0, "rudder begins"), at(seconds, "rudder done"))
    assert good.result == "RUDDER"
    bad = submission.call("build", "engine", seconds)
    assert bad.exception is not None, "build() raises nothing for the engine"
    assert (bad.exception.type, bad.exception.message) == ("ValueError", "no engine"), f"it raises {bad.exception}"
    assert bad.partial.output == lines("engine begins")


@pytest.mark.points(2, hint="except asyncio.CancelledError: print(...), then `raise`")
def test_cancelled_says_so(submission: Submission) -> None:
    """A part that is cancelled says so, and stays cancelled."""
    trace = submission.play("cancel_build")
    assert trace.output == lines(at(0, "door begins"), at(3, "door cancelled"))
    assert trace.result is True, "build() swallows the CancelledError"


@pytest.mark.points(
    2,
    hint={
        "time": "inside the block only create the tasks: all begin, and the block waits for them at its end",
        "": "tasks = [group.create_task(...) ...] inside; behind the block ask each for task.result()",
    },
)
def test_all_goes_well(submission: Submission, rng: Random) -> None:
    """assemble() builds all parts at the same time, and returns their names in order."""
    names = rng.sample(["wing", "nose", "door", "tail", "seat"], 4)
    delays = sorted(rng.sample(range(1, 50), 4), reverse=True)  # the last is done first
    parts: list[list[Any]] = [[name, delay / 10] for name, delay in zip(names, delays, strict=True)]
    trace = submission.call("assemble", parts)
    assert trace.result == [str(part).upper() for part, _ in parts]
    assert trace.elapsed == max(float(seconds) for _, seconds in parts)
    built, _ = submission.play("our_build", kind="").result
    assert built == ["one door", "one nose"], f"build() returns 'one door' and 'one nose', assemble() returns {built!r}"


@pytest.mark.points(
    2,
    hint=dict.fromkeys(
        ["time", "order", "cut_off"], "a TaskGroup cancels the others when one fails; gather lets them run on"
    ),
)
def test_one_fails(submission: Submission) -> None:
    """When the engine fails, what is not done is cancelled at that moment."""
    trace = submission.call("assemble", [["tail", 9], ["engine", 2], ["wing", 1]])
    assert trace.output == in_any_order(at(1, "wing done"), at(2, "tail cancelled"))
    assert trace.output == in_order("tail cancelled", "failed: no engine")
    assert trace.elapsed == 2
    assert trace.result is None, f"assemble() returns {trace.result!r}, not None"
    ours = submission.play("our_build", kind="ValueError")
    assert ours.output == lines("failed: out of glue"), (
        f'when the ValueError says "out of glue", assemble() prints "{ours.output[0] if ours.output else ""}"'
    )
    assert ours.result == [None, True], "assemble() goes on before the part that is cancelled has cleaned up"


@pytest.mark.points(1, hint="except* ValueError, and nothing more: what you did not expect should be heard of")
def test_other_errors_go_on(submission: Submission) -> None:
    """An error of another kind is not hidden, and what is not done is cancelled, too."""
    result, cleaned_up = submission.play("our_build", kind="KeyError").result
    assert result == "KeyError", "when build() raises a KeyError, assemble() hides it"
    assert cleaned_up, "when build() raises a KeyError, the other part is left behind: it is not cancelled and awaited"


@pytest.mark.points(1)
def test_whole_program(trace: Trace) -> None:
    """The program assembles twice, in four seconds."""
    assert trace.output == in_order(
        at(0, "wing begins"), at(1, "wing done"), at(2, "tail done"), at(2, "['WING', 'TAIL']"),
        at(3, "wing done"), at(4, "tail cancelled"), at(4, "failed: no engine"),
    )  # fmt: skip
    assert len(trace.output) == 11, f"{len(trace.output)} lines are printed, not 11"
    assert trace.found("cut_off", "never_awaited", "blocked_loop", "swallowed_cancellation") == []
    assert len(trace.output.by("main")) <= 1, "main() prints what is the other functions' to print"
