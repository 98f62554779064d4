"""Grades `gather_errors`: one failure does not lose what the others have done."""

from random import Random

import pytest

from pytest_asyncgrade import Submission, Trace, at, in_order, lines


@pytest.fixture(scope="module")
def trace(submission: Submission) -> Trace:
    """Run the whole program."""
    return submission.run()


@pytest.mark.points(2, hint='after the wait: if name.startswith("x"): raise OSError(...)')
def test_download(submission: Submission, rng: Random) -> None:
    """download() waits, then returns the length of the name, or raises an OSError."""
    seconds = rng.randrange(1, 40) / 10
    good = submission.call("download", "readme.md", seconds)
    assert good.result == 9
    assert good.elapsed == seconds
    bad = submission.call("download", "xyz", seconds)
    assert bad.exception is not None, "download() raises nothing for a name that begins with x"
    assert (bad.exception.type, bad.exception.message) == ("OSError", "cannot read xyz"), f"it raises {bad.exception}"
    assert bad.partial.elapsed == seconds, f"it raises after {bad.partial.elapsed}, not after {seconds:g} s"


@pytest.mark.points(2, hint="await asyncio.gather(*downloads, return_exceptions=True)")
def test_waits_for_all(submission: Submission, rng: Random) -> None:
    """report() downloads all at the same time, however many, and waits for the slowest even if others fail."""
    slowest = rng.randrange(30, 90) / 10
    trace = submission.call("report", [["xa", 1], ["bb", slowest], ["xc", 2]])
    assert trace.output == lines("xa: cannot read xa", "bb: 2 bytes", "xc: cannot read xc")
    assert trace.elapsed == slowest
    many = submission.play("our_download")
    assert many.result[1] == 20, f"of 20 files report() begins {many.result[1]} downloads"
    assert many.elapsed == 2, f"20 downloads that take 2 s each take {many.elapsed} together"


@pytest.mark.points(2, hint="zip(files, results): an exception stands where its file stands; add up the others")
def test_each_in_its_place(submission: Submission, rng: Random) -> None:
    """report() prints the files in the order it was given, and returns the sum of those that could be read."""
    names = rng.sample(["x1", "abc", "xray", "b", "hello", "x"], 6)
    trace = submission.call("report", [[name, rng.randrange(1, 50) / 10] for name in names])
    said = [f"{name}: cannot read {name}" if name[0] == "x" else f"{name}: {len(name)} bytes" for name in names]
    assert trace.output == lines(*said)
    assert trace.result == 9, f"report() returns {trace.result!r}; the sum of the bytes is 9"
    ours = submission.play("our_download")
    assert ours.output == in_order("0.txt: disk full", "1.txt: 100 bytes", "15.txt: disk full", "19.txt: 100 bytes")
    assert ours.result[0] == 1600, f"of 16 files of 100 bytes report() returns {ours.result[0]!r}, not 1600"


@pytest.mark.points(2, hint="try: await asyncio.gather(...) except OSError as error: print(...); gather raises at once")
def test_plain_gather_fails_at_once(trace: Trace) -> None:
    """Without return_exceptions the error is there as soon as it happens, one second later."""
    assert trace.output == in_order(at(3, "25 bytes in all"), at(4, "failed: cannot read x.log"))


@pytest.mark.points(
    2,
    hint=dict.fromkeys(
        ["cut_off", "order", "time"], "keep a task of slow.log, so that main can await it after the gather has failed"
    ),
)
def test_whole_program(submission: Submission, trace: Trace) -> None:
    """The program prints these eight lines, and waits for slow.log."""
    assert trace.output == lines(
        "notes.txt: 9 bytes", "x.txt: cannot read x.txt", "pictures.zip: 12 bytes", "xx.txt: cannot read xx.txt",
        "a.py: 4 bytes", "25 bytes in all", "failed: cannot read x.log", "done",
    )  # fmt: skip
    assert trace.output[-1:] == lines(at(6, "done"))
    assert trace.found("cut_off", "lost_exception", "never_awaited", "blocked_loop") == []
    slower = submission.run(vary_sleeps={3: 5}).output[-1]  # pictures.zip takes 5 s, and so does slow.log
    assert slower.time == 10, (
        f"when slow.log takes 5 s and comes at 10 s, main is done at {slower.time}: await its task"
    )
    assert len(trace.output.by("main")) <= 3, "main() prints what is the other functions' to print"
