"""Grades `blocking_calls`: what blocks goes into a thread."""

from random import Random

import pytest

from pytest_asyncgrade import Submission, Trace, at, in_order, lines


@pytest.fixture(scope="module")
def trace(submission: Submission) -> Trace:
    """Run the whole program."""
    return submission.run()


@pytest.fixture
def files(rng: Random) -> dict[str, float]:
    """Return files with the seconds that it takes to read each."""
    names = rng.sample(["one", "two", "nothing", "three"], 4)
    return {name: rng.randrange(5, 40) / 10 + 0.05 for name in names}


@pytest.mark.points(3, hint="await asyncio.gather(*[asyncio.to_thread(read, name) for name in names])")
def test_at_the_same_time(submission: Submission, files: dict[str, float]) -> None:
    """read_all() takes as long as the slowest file, not the sum of them all."""
    assert submission.play("read_others", seconds=files).elapsed == round(max(files.values()), 2)


@pytest.mark.points(
    2, hint="asyncio.to_thread(read, name): the function and its argument; read(name) calls it here and now"
)
def test_in_threads(submission: Submission, files: dict[str, float]) -> None:
    """No file is read in the thread of the event loop."""
    trace = submission.play("read_others", seconds=files)
    assert trace.found("blocked_loop") == []
    assert trace.result[0], "read_all() returns nothing"
    assert trace.result[1] == 0, f"{trace.result[1]} files are read in the event loop's own thread"


@pytest.mark.points(2, hint="return_exceptions=True, then '?' for each exception; or a try around each await")
def test_contents_in_order(submission: Submission, files: dict[str, float]) -> None:
    """It returns what was read, in order, with ? where there is nothing to read."""
    texts, _ = submission.play("read_others", seconds=files).result
    names = [*files, *list(files)[:1]]
    expected = ["?" if name.startswith("no") else name * 2 for name in names]
    assert texts == expected, f"of the files {', '.join(names)} it returns {texts}"


@pytest.mark.points(1, hint="print, then `await asyncio.sleep(1)`, so many times")
def test_heartbeat(submission: Submission) -> None:
    """heartbeat() beats once a second, and leaves the loop free between."""
    trace = submission.play("beat_alone", times=2)
    assert trace.output == lines(at(0, "beat 1"), at(0.5, "free"), at(1, "beat 2"))


@pytest.mark.points(
    2,
    hint=dict.fromkeys(["order", "output"], "await asyncio.gather(read_all(...), heartbeat(4)) gives both results"),
)
def test_whole_program(trace: Trace) -> None:
    """The heart beats at 0, 1, 2 and 3 s, while the files are read."""
    assert trace.output == in_order(at(0, "beat 1"), at(1, "beat 2"), at(2, "beat 3"), at(3, "beat 4"))
    assert trace.output[-1:] == lines(at(4, "['text of a', 'text of b', '?']"))
    assert len(trace.output) == 5, f"{len(trace.output)} lines are printed, not 5"
    assert trace.found("blocked_loop", "never_awaited", "cut_off") == []
    assert sum(call.what == "time.sleep" for call in trace.blocked) == 3, "the program does not read its three files"
    assert len(trace.output.by("main")) <= 1, "main() prints what is the other functions' to print"
