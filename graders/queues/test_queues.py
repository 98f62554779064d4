"""Grades `queues`: producers, workers, and an end that leaves nobody behind."""

from random import Random
from typing import Any

import pytest

from pytest_asyncgrade import Submission, Trace, at, lines


@pytest.fixture(scope="module")
def trace(submission: Submission) -> Trace:
    """Run the whole program."""
    return submission.run()


@pytest.mark.points(
    2, hint="while True: await queue.get(), print, await asyncio.sleep(seconds), print, queue.task_done()"
)
def test_worker(submission: Submission, rng: Random) -> None:
    """A worker does one item after the other, says so of each, and waits for more."""
    first, second = rng.randrange(1, 40) / 10, rng.randrange(1, 40) / 10
    trace = submission.play("one_worker", items=[["x", first], ["y", second]])
    end = round(first + second, 9)
    assert trace.output == lines(
        at(0, "zoe starts x"), at(first, "zoe did x"), at(first, "zoe starts y"), at(end, "zoe did y")
    )
    said, ended = trace.result
    assert said == "said for all", "task_done() is not called once for each item"
    assert not ended, "the worker ends when the queue is empty: others may put more"


@pytest.mark.points(2, hint="task_done() belongs in `finally:`, or after the if and else, so that every item gets it")
def test_what_cannot_be_done(submission: Submission) -> None:
    """An item that cannot be done is said to be done, too, and the worker goes on."""
    trace = submission.play("one_worker", items=[["x", 0], ["y", 1], ["z", -1]])
    assert trace.output == lines("zoe cannot do x", "zoe starts y", "zoe did y", "zoe cannot do z")
    said, ended = trace.result
    assert said == "said for all", "task_done() is not called for an item that cannot be done: join() waits for ever"
    assert not ended, "the worker ends after an item that cannot be done"


@pytest.mark.points(
    2,
    hint=lambda trace: (
        "make the workers as tasks first, then put; await queue.join() at the end"
        if sum(" did " in line for line in trace.output) < 9
        else ""
    ),
)
def test_workers_share_the_work(submission: Submission, rng: Random) -> None:
    """Several workers do all items, each as soon as one of them is free."""
    workers = rng.randrange(2, 5)
    items: list[list[Any]] = [[f"i{n}", rng.randrange(5, 40) / 10] for n in range(9)]
    free = [0.0] * workers
    for _, seconds in items:
        free = sorted([*free[1:], free[0] + float(seconds)])
    trace = submission.call("do_all", items, workers)
    did = [line.text.rpartition(" ")[2] for line in trace.output if " did " in line.text]
    assert sorted(did) == [what for what, _ in items], f"these items are done: {sorted(did)}"
    assert trace.elapsed == round(max(free), 9)
    names = sorted({line.text.partition(" ")[0] for line in trace.output})
    assert names == [f"w{n}" for n in range(1, workers + 1)], f"{workers} workers are called {names}"


@pytest.mark.points(1, hint="asyncio.Queue(maxsize=2), and `await queue.put(item)`, which waits for room")
def test_room_for_two(submission: Submission) -> None:
    """Never are there more than two items in the queue."""
    rooms, most, _ = submission.play("watch_queue", items=[[f"i{n}", 1] for n in range(6)], workers=2).result
    assert rooms == [2], f"do_all() puts items into queues with room for {rooms}, not into one with room for 2"
    assert most <= 2, f"there are {most} items in the queue"


@pytest.mark.points(1, hint="cancel each worker, and await them: asyncio.gather(*tasks, return_exceptions=True)")
def test_nobody_is_left(submission: Submission) -> None:
    """When do_all() returns, no worker is left."""
    rooms, _, left = submission.play("watch_queue", items=[["a", 1], ["b", 2]], workers=3).result
    assert rooms, "do_all() puts nothing into a queue"
    assert left == 0, f"{left} tasks still wait when do_all() has returned"


@pytest.mark.points(2)
def test_whole_program(trace: Trace) -> None:
    """The program has its five items done in three seconds."""
    texts = sorted(line.text.partition(" ")[2] for line in trace.output[:-1])
    assert texts == [
        "cannot do c", "did a", "did b", "did d", "did e", "starts a", "starts b", "starts d", "starts e"
    ], f"it says: {texts}"  # fmt: skip
    assert trace.output[-1:] == lines(at(3, "all done"))
    assert trace.found("cut_off", "blocked_loop", "never_awaited", "busy_wait") == []
    assert len(trace.output.by("main")) <= 1, "main() prints what is the other functions' to print"
