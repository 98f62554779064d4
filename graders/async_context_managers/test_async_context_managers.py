"""Grades `async_context_managers`: opened, used, closed, whatever happens."""

from random import Random

import pytest

from pytest_asyncgrade import Submission, Trace, at, lines


@pytest.fixture(scope="module")
def trace(submission: Submission) -> Trace:
    """Run the whole program."""
    return submission.run()


@pytest.mark.points(
    3, hint="__aenter__ waits, prints and returns self; __aexit__ waits and prints; send() waits and prints"
)
def test_open_send_close(submission: Submission, rng: Random) -> None:
    """A connection opens, sends and closes, a second each, and gives itself behind `as`."""
    name, text = rng.choice(["mail", "cache", "queue"]), rng.choice(["ping", "data", "bye"])
    trace = submission.play("use", name=name, text=text)
    assert trace.output == lines(at(1, f"{name} opened"), at(2, f"{name}: {text}"), at(3, f"{name} closed"))
    assert trace.result is True, "what stands behind `as` is not the connection: __aenter__ should return self"


@pytest.mark.points(2, hint="__aexit__ is called with the exception, and returns nothing, so that it goes on")
def test_closes_after_an_error(submission: Submission) -> None:
    """After an exception in the block it closes, too, and the exception goes on."""
    trace = submission.play("fail_inside")
    assert trace.result == [True, True], (
        "a KeyError or a ValueError raised in the block does not come out: __aexit__ swallows it, or raises another"
    )
    assert trace.output == lines(
        at(1, "zoe opened"), at(2, "zoe closed"), at(2, "went on"),
        at(3, "zoe opened"), at(4, "zoe closed"), at(4, "went on"),
    )  # fmt: skip


@pytest.mark.points(
    1,
    hint={
        "result": "do not catch the CancelledError: __aexit__ is called for it as for any exception",
        "": "__aexit__ is called whatever happens in the block, for a CancelledError, too: close there",
    },
)
def test_closes_when_cancelled(submission: Submission) -> None:
    """When its task is cancelled it closes, and the task stays cancelled."""
    trace = submission.play("cancel_inside")
    assert trace.output == lines(at(1, "zoe opened"), at(6, "zoe closed"))
    assert trace.result is True, "the task goes on after it was cancelled"


@pytest.mark.points(2, hint="set is_open in __aenter__ and __aexit__, and ask for it in send()")
def test_not_connected(submission: Submission) -> None:
    """send() raises a RuntimeError before the connection is opened, and after it is closed."""
    trace = submission.play("send_unconnected")
    before, after, other = trace.result
    assert before == "not connected", f"before it is opened, send() gives {before!r}, not 'not connected'"
    assert after == "not connected", f"after it is closed, send() gives {after!r}, not 'not connected'"
    assert other == "not connected", f"while another connection is open, send() gives {other!r}, not 'not connected'"
    assert trace.elapsed == 4


@pytest.mark.points(
    2,
    hint=dict.fromkeys(
        ["output", "order"], "the ValueError leaves the `async with`, which closes; catch it around that"
    ),
)
def test_whole_program(trace: Trace) -> None:
    """The program uses two connections, one of which fails, in six seconds."""
    assert trace.output == lines(
        at(1, "db opened"), at(2, "db: hello"), at(3, "db closed"),
        at(4, "log opened"), at(5, "log: start"), at(6, "log closed"), at(6, "failed: oops"),
    )  # fmt: skip
    assert trace.found("blocked_loop", "never_awaited") == []
    assert len(trace.output.by("main")) <= 1, "main() prints what is the other functions' to print"
