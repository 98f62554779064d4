"""Grades `sync_vs_async`: the same waits one after the other, and at the same time."""

from random import Random

import pytest

from pytest_asyncgrade import Submission, Trace, at, lines


@pytest.fixture(scope="module")
def trace(submission: Submission) -> Trace:
    """Run the whole program."""
    return submission.run()


@pytest.mark.points(2, hint="make() waits with time.sleep(seconds), then prints what is ready")
def test_sync_takes_the_sum(submission: Submission) -> None:
    """breakfast() makes one thing after the other: tea at 3 s, toast at 5 s."""
    alone = submission.call("breakfast")
    assert alone.output == lines(at(3, "tea is ready"), at(5, "toast is ready"), at(5, "sync breakfast is served"))
    asked = submission.play("our_make").result
    assert asked, "breakfast() does not call make()"
    assert asked == [["tea", 3], ["toast", 2]], f"breakfast() calls make() with {asked}"


@pytest.mark.points(3, hint="await both together: await asyncio.gather(make_async(...), make_async(...))")
def test_async_takes_the_longest(submission: Submission) -> None:
    """breakfast_async() makes both at the same time: toast at 2 s, tea at 3 s."""
    alone = submission.call("breakfast_async")
    assert alone.output == lines(at(2, "toast is ready"), at(3, "tea is ready"), at(3, "async breakfast is served"))
    ours = submission.play("our_make_async")
    asked = ours.result
    assert asked, "breakfast_async() does not call make_async()"
    assert sorted(asked) == [["tea", 3], ["toast", 2]], f"breakfast_async() calls make_async() with {asked}"
    assert ours.elapsed == 6, f"when tea takes 6 s and toast takes 4 s, breakfast_async() is done after {ours.elapsed}"


@pytest.mark.points(2, hint="in a coroutine write `await asyncio.sleep(...)`, never time.sleep")
def test_async_leaves_the_loop_free(submission: Submission) -> None:
    """While make_async() waits, the event loop is free to do other work."""
    alone = submission.call("make_async", "tea", 3)
    assert alone.tasks, "make_async() is no coroutine function: it is written with def, not with async def"
    assert alone.found("blocked_loop", "never_awaited", "busy_wait") == []
    assert alone.elapsed == 3


@pytest.mark.points(2, hint="both take what they are given: the name for the text, the seconds for the wait")
def test_anything_can_be_made(submission: Submission, rng: Random) -> None:
    """make() and make_async() make anything, in the time that it takes."""
    what, seconds = rng.choice(["jam", "porridge", "an egg", "cocoa"]), rng.randrange(10, 99) / 10
    for function in ("make", "make_async"):
        assert submission.call(function, what, seconds).output == lines(at(seconds, f"{what} is ready"))
    assert submission.call("make", what, seconds).blocked, "make() does not wait with time.sleep"


@pytest.mark.points(1, hint="the last two lines of the file call breakfast(), then asyncio.run(breakfast_async())")
def test_whole_program(trace: Trace) -> None:
    """The program makes both breakfasts, in 5 + 3 = 8 seconds."""
    assert trace.output == lines(
        "tea is ready", "toast is ready", "sync breakfast is served",
        "toast is ready", "tea is ready", "async breakfast is served",
    )  # fmt: skip
    assert trace.elapsed == 8
    assert trace.output.by("main") == [], "main() prints what is the other functions' to print"
